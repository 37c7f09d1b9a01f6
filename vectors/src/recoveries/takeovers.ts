import type { Vector } from '@careledger/spec';
import { statementHash } from '@careledger/statements';
import {
  OTHER_ID,
  RECOVERY_ID,
  consent,
  next,
  publicKeyOf,
  said,
  stranger,
  vectorsOf,
  type Offered,
  type RecoveryVector,
  type Saying,
} from './fixtures.js';

const takenOver = (signer = next, saying: Saying = {}, more: object = {}) =>
  said('takeOver', { recoveryId: RECOVERY_ID, newKey: publicKeyOf(signer), ...more }, signer, saying);

const vector = vectorsOf('TakeOver', 'take-over');

export function validTakeovers(): Vector<RecoveryVector>[] {
  const token = takenOver();
  const valid = (takeover: Omit<Offered, 'token'>) =>
    vector({ ...takeover, token }, { hash: statementHash(token) });
  return [
    valid({ name: 'by-the-new-key', description: 'Both have vouched for it, two days ago' }),
    valid({ name: 'relayed', description: 'Any member carries it', by: 'LabMSP' }),
  ];
}

export function invalidTakeovers(): Vector<RecoveryVector>[] {
  const refused = (code: string, takeover: Offered) => vector(takeover, { code });
  return [
    refused('RECOVERY_NOT_DUE', {
      ...{ name: 'that-one-has-vouched-for', description: 'One organisation alone replaces no key' },
      ...{ token: takenOver(), after: 'opened' },
    }),
    refused('RECOVERY_UNKNOWN', {
      ...{ name: 'that-nobody-has-vouched-for', description: 'There is no recovery', after: 'nothing' },
      token: takenOver(),
    }),
    refused('RECOVERY_UNKNOWN', {
      ...{ name: 'of-another-recovery', description: 'None has this ID' },
      token: takenOver(next, {}, { recoveryId: OTHER_ID }),
    }),
    refused('RECOVERY_MISMATCH', {
      ...{ name: 'by-another-key', description: 'Nobody has vouched for this one' },
      token: takenOver(stranger),
    }),
    refused('STATEMENT_KEY_UNKNOWN', {
      ...{ name: 'signed-by-another-key', description: 'It names the new key, and is not signed by it' },
      token: takenOver(stranger, {}, { newKey: publicKeyOf(next) }),
    }),
    refused('STATEMENT_SIGNATURE_INVALID', {
      ...{ name: 'signed-by-a-stranger', description: 'The new key’s ID, another key' },
      token: takenOver({ ...stranger, kid: next.kid }, {}, { newKey: publicKeyOf(next) }),
    }),
    refused('STATEMENT_KEY_UNKNOWN', {
      ...{ name: 'by-the-key-in-force', description: 'The former key does not do it for the new one' },
      token: takenOver(consent, {}, { newKey: publicKeyOf(next) }),
    }),
    refused('STATEMENT_TYPE_MISMATCH', {
      ...{ name: 'of-another-kind', description: 'An objection offered as a takeover' },
      token: takenOver(next, { as: 'objectToRecovery' }),
    }),
    refused('STATEMENT_AUDIENCE_MISMATCH', {
      ...{ name: 'of-another-network', description: 'Made for a network of exercises' },
      token: takenOver(next, { aud: 'elsewhere' }),
    }),
    refused('STATEMENT_CHANNEL_MISMATCH', {
      ...{ name: 'for-the-other-channel', description: 'It counts on authorities alone' },
      token: takenOver(next, { channels: ['authorities'] }),
    }),
    refused('STATEMENT_MALFORMED', {
      ...{ name: 'with-a-member-too-many', description: 'A policy that nobody reads' },
      token: takenOver(next, {}, { policySeq: 1 }),
    }),
  ];
}
