import type { Vector } from '@careledger/spec';
import { statementHash } from '@careledger/statements';
import {
  NOW,
  ORGANISATIONS,
  OTHER_ID,
  OTHER_PATIENT,
  RECOVERY_ID,
  SECOND_SID,
  consent,
  gateway,
  next,
  proofOf,
  publicKeyOf,
  stranger,
  vouched,
  vouchingBody,
  said,
  vectorsOf,
  type Offered,
  type Organisation,
  type Outcome,
  type RecoveryVector,
} from './fixtures.js';

/** Its organisation carries what it says, on a channel that has heard nothing unless told. */
type Vouching = Omit<Offered, 'by'> & { readonly by: Organisation };

const vectorOf = vectorsOf('VouchForKey', 'vouch-for-key');
const vector = ({ by, after = 'nothing', ...more }: Vouching, outcome: Outcome) =>
  vectorOf({ ...more, after, by: ORGANISATIONS[by].mspId }, outcome);

export function validVouchings(): Vector<RecoveryVector>[] {
  const valid = (vouching: Vouching) => vector(vouching, { hash: statementHash(vouching.token) });
  return [
    valid({
      ...{ name: 'opens', description: 'A registrar opens a recovery of a key that is lost' },
      ...{ by: 'aut_hospital', token: vouched('aut_hospital', vouchingBody()) },
    }),
    valid({
      ...{ name: 'opens-untrusted', description: 'Somebody else has the key; who checks identities opens' },
      ...{ by: 'aut_insurer', token: vouched('aut_insurer', vouchingBody({ reason: 'untrusted' })) },
    }),
    valid({
      ...{ name: 'confirms', description: 'The organisation of the other role, for the same key and reason' },
      ...{ by: 'aut_insurer', after: 'opened' },
      token: vouched('aut_insurer', vouchingBody({ confirms: RECOVERY_ID })),
    }),
  ];
}

export function invalidVouchings(): Vector<RecoveryVector>[] {
  const refused = (code: string, vouching: Vouching) => vector(vouching, { code });
  const opening = { by: 'aut_hospital' } as const;
  const confirming = { by: 'aut_insurer', after: 'opened' } as const;
  const confirmed = (more: Parameters<typeof vouchingBody>[0] = {}) =>
    vouched('aut_insurer', vouchingBody({ confirms: RECOVERY_ID, ...more }));
  const strangers = { newKey: publicKeyOf(stranger), newKeyProof: proofOf(stranger) };
  return [
    refused('RECOVERY_ROLE_MISSING', {
      ...{ name: 'without-a-role', description: 'A laboratory vouches for nobody’s key', by: 'aut_lab' },
      token: vouched('aut_lab', vouchingBody()),
    }),
    refused('STATEMENT_ISSUER_MISMATCH', {
      ...{ name: 'carried-by-another-organisation', description: 'Its own client brings it', by: 'aut_lab' },
      token: vouched('aut_hospital', vouchingBody()),
    }),
    refused('STATEMENT_KEY_UNKNOWN', {
      ...{ name: 'in-the-name-of-another-organisation', description: 'By a key that is not its own' },
      ...opening,
      token: said('vouchForKey', vouchingBody(), stranger, { iss: 'aut_hospital' }),
    }),
    refused('KEY_PROOF_INVALID', {
      ...{ name: 'with-a-proof-of-another-key', description: 'Nobody has shown that the new key is held' },
      ...{ ...opening, token: vouched('aut_hospital', vouchingBody({ newKeyProof: proofOf(stranger) })) },
    }),
    refused('KEY_PROOF_INVALID', {
      ...{ name: 'with-a-proof-for-another-patient', description: 'The same key, shown for somebody else' },
      ...opening,
      token: vouched('aut_hospital', vouchingBody({ newKeyProof: proofOf(next, OTHER_PATIENT) })),
    }),
    refused('KEY_REUSED', {
      ...{ name: 'of-the-gateways-key', description: 'One key is not two powers', ...opening },
      token: vouched(
        'aut_hospital',
        vouchingBody({ newKey: publicKeyOf(gateway), newKeyProof: proofOf(gateway) }),
      ),
    }),
    refused('KEY_REUSED', {
      ...{ name: 'of-the-key-in-force', description: 'It takes its own place', ...opening },
      token: vouched(
        'aut_hospital',
        vouchingBody({ newKey: publicKeyOf(consent), newKeyProof: proofOf(consent) }),
      ),
    }),
    refused('PATIENT_UNKNOWN', {
      ...{ name: 'of-an-unknown-patient', description: 'Nobody is registered under this ID', ...opening },
      token: vouched(
        'aut_hospital',
        vouchingBody({ patientId: OTHER_PATIENT, newKeyProof: proofOf(next, OTHER_PATIENT) }),
      ),
    }),
    refused('RECOVERY_MISMATCH', {
      ...{ name: 'confirming-by-the-same-role', description: 'Two registrars are one word' },
      ...{ by: 'aut_pharmacy', after: 'opened' },
      token: vouched('aut_pharmacy', vouchingBody({ confirms: RECOVERY_ID })),
    }),
    refused('RECOVERY_MISMATCH', {
      ...{ name: 'confirming-its-own', description: 'One organisation twice', by: 'aut_hospital' },
      ...{ after: 'opened' },
      token: vouched('aut_hospital', vouchingBody({ confirms: RECOVERY_ID }), { sid: SECOND_SID }),
    }),
    refused('RECOVERY_MISMATCH', {
      ...{ name: 'confirming-for-another-key', description: 'Another key under the same recovery' },
      ...{ ...confirming, token: confirmed(strangers) },
    }),
    refused('RECOVERY_MISMATCH', {
      ...{ name: 'confirming-for-another-reason', description: 'Opened as lost, confirmed as stolen' },
      ...{ ...confirming, token: confirmed({ reason: 'untrusted' }) },
    }),
    refused('RECOVERY_MISMATCH', {
      ...{ name: 'confirming-again', description: 'It is confirmed once', by: 'aut_insurer' },
      ...{ after: 'confirmed' },
      token: vouched('aut_insurer', vouchingBody({ confirms: RECOVERY_ID }), { sid: SECOND_SID }),
    }),
    refused('RECOVERY_UNKNOWN', {
      ...{ name: 'confirming-what-is-not-open', description: 'No recovery has this ID', ...confirming },
      token: confirmed({ confirms: OTHER_ID }),
    }),
    refused('STATEMENT_ID_REUSED', {
      ...{ name: 'under-a-used-sid', description: 'Another word under the id of the first', ...opening },
      ...{ after: 'opened', token: vouched('aut_hospital', vouchingBody({ reason: 'untrusted' })) },
    }),
    refused('STATEMENT_TYPE_MISMATCH', {
      ...{ name: 'of-another-kind', description: 'A takeover offered as a word for it', ...opening },
      token: vouched('aut_hospital', vouchingBody(), { as: 'takeOver' }),
    }),
    refused('STATEMENT_AUDIENCE_MISMATCH', {
      ...{ name: 'of-another-network', description: 'Made for a network of exercises', ...opening },
      token: vouched('aut_hospital', vouchingBody(), { aud: 'elsewhere' }),
    }),
    refused('STATEMENT_CHANNEL_MISMATCH', {
      ...{ name: 'for-the-other-channel', description: 'It counts on authorities alone', ...opening },
      token: vouched('aut_hospital', vouchingBody(), { channels: ['authorities'] }),
    }),
    refused('STATEMENT_FROM_FUTURE', {
      ...{ name: 'from-the-future', description: 'iat 121 s ahead', ...opening },
      token: vouched('aut_hospital', vouchingBody(), { iat: NOW + 121 }),
    }),
    refused('STATEMENT_MALFORMED', {
      ...{ name: 'for-a-third-reason', description: 'A reason that no ledger shows: who has come of age' },
      ...opening,
      token: vouched('aut_hospital', { ...vouchingBody(), reason: 'of-age' }),
    }),
    refused('STATEMENT_MALFORMED', {
      ...{ name: 'with-a-member-too-many', description: 'A time that nobody reads', ...opening },
      token: vouched('aut_hospital', { ...vouchingBody(), waitSeconds: 0 }),
    }),
  ];
}
