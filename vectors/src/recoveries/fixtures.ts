import { STATEMENTS, type StatementBody, type StatementName } from '@careledger/contracts';
import { sha256, signerFromSeed, toBase64url, x25519FromPrivate, type Signer } from '@careledger/crypto';
import { CHANNELS, patientIdOf } from '@careledger/domain';
import type { Vector, VectorBody } from '@careledger/spec';
import { makeStatement } from '@careledger/statements';

/** What an organisation brings to the ledger. */
interface Brought {
  readonly transaction: string;
  /** MSP ID of whose client brings it. */
  readonly by: string;
  readonly token: string;
}

/** A file of `spec/vectors/{valid,invalid}/recoveries`; documented in `spec/statements.md`. */
export type RecoveryVector = VectorBody &
  Brought & {
    networkId: string;
    channel: string;
    /** Time of the transaction, seconds. */
    now: number;
    /** Who vouches for keys on this network. */
    recoverers: Readonly<Record<string, string>>;
    /** What the channel took before, in this order, `at` seconds. */
    before: readonly (Brought & { readonly at: number })[];
    /** Valid ones: statement hash. */
    hash?: string;
    /** Invalid ones: how the ledger refuses it. */
    code?: string;
  };

const seeded = (byte: number): Signer => signerFromSeed(new Uint8Array(32).fill(byte));
/** Whose keys these are. Never use them for anything else. */
export const consent = seeded(0x61);
export const gateway = seeded(0x62);
/** The key that is to take the place of {@link consent}. */
export const next = seeded(0x63);
export const stranger = seeded(0x64);
const hospital = seeded(0x65);
const insurer = seeded(0x66);
const pharmacy = seeded(0x67);
const lab = seeded(0x68);

/** Organisations by their ID; all but the laboratory have a role in recoveries. */
export const ORGANISATIONS = {
  aut_hospital: { mspId: 'HospitalMSP', signer: hospital, role: 'registrar' },
  aut_pharmacy: { mspId: 'PharmacyMSP', signer: pharmacy, role: 'registrar' },
  aut_insurer: { mspId: 'InsurerMSP', signer: insurer, role: 'identity' },
  aut_lab: { mspId: 'LabMSP', signer: lab, role: undefined },
} as const;
export type Organisation = keyof typeof ORGANISATIONS;
const PATIENTS_MSP = 'PatientsMSP';

const patientId = patientIdOf(consent.publicKey, sha256);
export const OTHER_PATIENT = patientIdOf(stranger.publicKey, sha256);
const NETWORK = 'test';
/** 2026-01-01T00:00:00Z */
export const NOW = 1_767_225_600;
/** When the patient and the organisations came, and when a recovery was opened and confirmed: two days ago. */
const REGISTERED = NOW - 10 * 86_400;
const VOUCHED = NOW - 2 * 86_400;
/** Of the recovery that the hospital has opened. */
export const RECOVERY_ID = 'AAECAwQFBgcICQoLDA0ODw';
/** Of a second statement by the same organisation. */
export const SECOND_SID = 'ICEiIyQlJicoKSorLC0uLw';
export const OTHER_ID = 'EBESExQVFhcYGRobHB0eHw';

export const publicKeyOf = (signer: Signer): string => toBase64url(signer.publicKey);
const encryptionKey = toBase64url(x25519FromPrivate(new Uint8Array(32).fill(0x69)).publicKey);

export interface Saying {
  readonly iss?: string;
  readonly aud?: string;
  readonly channels?: readonly string[];
  readonly iat?: number;
  readonly sid?: string;
  /** Of which kind it says it is. */
  readonly as?: StatementName;
}

/** A statement, the patient's unless told. The body may be none of its kind. */
export function said(
  name: StatementName,
  body: object,
  signer: Signer,
  {
    iss = patientId,
    aud = NETWORK,
    channels = CHANNELS,
    iat = VOUCHED - 60,
    sid = RECOVERY_ID,
    as,
  }: Saying = {},
): string {
  const { typ } = STATEMENTS[as ?? name];
  return makeStatement({ typ, iss, aud, channels: [...channels], sid, iat, body: { ...body } }, signer);
}

/** Proof that somebody has a key, for a patient. */
export const proofOf = (signer: Signer, subject = patientId): string =>
  said('keyProof', { subject, key: publicKeyOf(signer) }, signer, { iss: subject, iat: REGISTERED });

export const vouchingBody = (
  more: Partial<StatementBody<'vouchForKey'>> = {},
): StatementBody<'vouchForKey'> => ({
  ...{ patientId, reason: 'lost', newKey: publicKeyOf(next), newKeyProof: proofOf(next) },
  ...more,
});

/** An organisation's word for a key. */
export const vouched = (by: Organisation, body: object, saying: Saying = {}): string =>
  said('vouchForKey', body, ORGANISATIONS[by].signer, { iss: by, ...saying });

const registrations: RecoveryVector['before'] = [
  {
    ...{ transaction: 'RegisterPatient', by: PATIENTS_MSP, at: REGISTERED },
    token: said(
      'registerPatient',
      {
        ...{ consentKey: publicKeyOf(consent), gatewayKey: publicKeyOf(gateway) },
        ...{ gatewayKeyProof: proofOf(gateway), encryptionKey },
      },
      consent,
      { iat: REGISTERED, sid: OTHER_ID },
    ),
  },
  ...Object.entries(ORGANISATIONS).map(([authorityId, { mspId, signer }]) => ({
    ...{ transaction: 'RegisterAuthority', by: mspId, at: REGISTERED },
    token: said(
      'registerAuthority',
      { authorityId, mspId, kind: 'hospital', signingKey: publicKeyOf(signer), encryptionKey },
      signer,
      { iss: authorityId, iat: REGISTERED, sid: OTHER_ID },
    ),
  })),
];

const vouching = (by: Organisation, body: object): RecoveryVector['before'][number] => ({
  ...{ transaction: 'VouchForKey', by: ORGANISATIONS[by].mspId, at: VOUCHED },
  token: vouched(by, body),
});

/** What the channel has taken when the vector's statement comes. */
const before = {
  nothing: registrations,
  opened: [...registrations, vouching('aut_hospital', vouchingBody())],
  confirmed: [
    ...registrations,
    vouching('aut_hospital', vouchingBody()),
    vouching('aut_insurer', vouchingBody({ confirms: RECOVERY_ID })),
  ],
  /** Of a key that somebody else has. */
  untrusted: [...registrations, vouching('aut_hospital', vouchingBody({ reason: 'untrusted' }))],
};
export type Before = keyof typeof before;

const common = {
  ...{ networkId: NETWORK, channel: 'cloud', now: NOW },
  recoverers: Object.fromEntries(
    Object.entries(ORGANISATIONS).flatMap(([id, { role }]) => (role === undefined ? [] : [[id, role]])),
  ),
};

/** A vector's statement, and how it comes to the channel. */
export interface Offered {
  readonly name: string;
  readonly description: string;
  readonly token: string;
  /** `confirmed` unless told. */
  readonly after?: Before;
  /** MSP ID of who carries it: the patients' unless told. */
  readonly by?: string;
}

/** What a channel makes of a statement. */
export type Outcome = Pick<RecoveryVector, 'hash' | 'code'>;

/** Makes the vectors of a transaction; their names begin with `prefix`. */
export const vectorsOf =
  (transaction: string, prefix: string) =>
  (
    { name, description, token, after = 'confirmed', by = PATIENTS_MSP }: Offered,
    outcome: Outcome,
  ): Vector<RecoveryVector> => ({
    ...{ name: `${prefix}-${name}`, description, ...common, before: before[after] },
    ...{ transaction, by, token, ...outcome },
  });
