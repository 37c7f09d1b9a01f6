import type { Vector } from '@careledger/spec';
import { statementHash } from '@careledger/statements';
import {
  OTHER_ID,
  RECOVERY_ID,
  consent,
  gateway,
  next,
  said,
  stranger,
  vectorsOf,
  type Offered,
  type RecoveryVector,
  type Saying,
} from './fixtures.js';

const objected = (signer = consent, saying: Saying = {}, body: object = { recoveryId: RECOVERY_ID }) =>
  said('objectToRecovery', body, signer, saying);

const vector = vectorsOf('ObjectToRecovery', 'object-to-recovery');

export function validObjections(): Vector<RecoveryVector>[] {
  const token = objected();
  const valid = (objection: Omit<Offered, 'token'>) =>
    vector({ ...objection, token }, { hash: statementHash(token) });
  return [
    valid({ name: 'by-the-lost-key', description: 'The key that is said to be lost is there' }),
    valid({ name: 'before-it-is-confirmed', description: 'As soon as it is heard of', after: 'opened' }),
    valid({ name: 'relayed', description: 'Any member carries it', by: 'LabMSP' }),
  ];
}

export function invalidObjections(): Vector<RecoveryVector>[] {
  const refused = (code: string, objection: Offered) => vector(objection, { code });
  return [
    refused('RECOVERY_UNOBJECTABLE', {
      ...{ name: 'by-a-thief', description: 'Of a key that somebody else has, its word does not count' },
      ...{ token: objected(), after: 'untrusted' },
    }),
    refused('STATEMENT_KEY_UNKNOWN', {
      ...{ name: 'by-the-gateway', description: 'The gateway does not say it for the patient' },
      token: objected(gateway),
    }),
    refused('STATEMENT_KEY_UNKNOWN', {
      ...{ name: 'by-the-new-key', description: 'It is not in force yet', token: objected(next) },
    }),
    refused('STATEMENT_SIGNATURE_INVALID', {
      ...{ name: 'signed-by-a-stranger', description: 'The patient’s key ID, another key' },
      token: objected({ ...stranger, kid: consent.kid }),
    }),
    refused('RECOVERY_UNKNOWN', {
      ...{ name: 'to-another-recovery', description: 'None has this ID' },
      token: objected(consent, {}, { recoveryId: OTHER_ID }),
    }),
    refused('STATEMENT_TYPE_MISMATCH', {
      ...{ name: 'of-another-kind', description: 'A takeover offered as an objection' },
      token: objected(consent, { as: 'takeOver' }),
    }),
    refused('STATEMENT_AUDIENCE_MISMATCH', {
      ...{ name: 'of-another-network', description: 'Made for a network of exercises' },
      token: objected(consent, { aud: 'elsewhere' }),
    }),
    refused('STATEMENT_MALFORMED', {
      ...{ name: 'without-a-recovery', description: 'It says to which', token: objected(consent, {}, {}) },
    }),
  ];
}
