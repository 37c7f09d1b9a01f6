import { Type, type Static } from 'typebox';

/**
 * Every identifier of the system: a three-letter kind, an underscore, and a body that its maker cannot choose freely
 * where that matters (hash or HMAC) or that names an organisation (authorities, providers).
 * Bodies made of bytes are lower-case base32 (RFC 4648) without padding.
 */
const base32Id = (prefix: string, description: string) =>
  Type.String({ pattern: `^${prefix}_[a-z2-7]{32}$`, description });
const slugId = (prefix: string, description: string) =>
  Type.String({ pattern: `^${prefix}_[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$`, description });

/** `pat_` + base32 of the first 20 bytes of SHA-256(domain prefix ‖ first consent key): a pseudonym that never changes. */
export const PatientId = base32Id('pat', 'Pseudonym of a patient');
export type PatientId = Static<typeof PatientId>;

/** `dev_` + base32 of the first 20 bytes of SHA-256(domain prefix ‖ device public key). */
export const DeviceId = base32Id('dev', 'A device, named by its key');
export type DeviceId = Static<typeof DeviceId>;

/** `rec_` + base32 of the first 20 bytes of a hash of author, patient and seed: nobody else can take it first. */
export const RecordId = base32Id('rec', 'A record, named by its author');
export type RecordId = Static<typeof RecordId>;

/** An authority of layer 2, named by its MSP ID (`organisations.ts`), e.g. `aut_hospital`. Public: organisations are no persons. */
export const AuthorityId = slugId('aut', 'An authority: hospital, lab, insurer, pharmacy or research body');
export type AuthorityId = Static<typeof AuthorityId>;

/** A cloud provider of layer 3, named by its MSP ID (`organisations.ts`), e.g. `prv_cloud-a`. */
export const ProviderId = slugId('prv', 'A cloud provider');
export type ProviderId = Static<typeof ProviderId>;

/** A practitioner within an authority: a pseudonym that only the authority can resolve. */
export const PractitionerId = base32Id('prc', 'Pseudonym of a practitioner within an authority');
export type PractitionerId = Static<typeof PractitionerId>;

/** 128 random bits, base64url without padding: statement ids, grant ids (a grant's id is its statement's `sid`), visit ids. */
export const Id128 = Type.String({
  pattern: '^[A-Za-z0-9_-]{21}[AQgw]$',
  description: '128 random bits, base64url',
});
export type Id128 = Static<typeof Id128>;

/** SHA-256 as base64url without padding. */
export const Sha256 = Type.String({
  pattern: '^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$',
  description: 'SHA-256, base64url',
});
export type Sha256 = Static<typeof Sha256>;

/** 32 bytes of an HMAC under the author's secret, base64url: with author and patient it gives a record's id. */
export const RecordSeed = Type.String({
  pattern: '^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$',
  description: 'Seed of a record id, 32 bytes, base64url',
});
export type RecordSeed = Static<typeof RecordSeed>;

/** A raw 32-byte public key (Ed25519 or X25519) as base64url without padding; the same alphabet rule as a SHA-256. */
export const PublicKey = Type.String({
  pattern: '^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$',
  description: 'Public key, 32 bytes, base64url',
});
export type PublicKey = Static<typeof PublicKey>;

/** First 16 bytes of an HMAC-SHA-256 under the patient's scope key, base64url: a category that only grantees can read. */
export const Tag = Type.String({ pattern: '^[A-Za-z0-9_-]{21}[AQgw]$', description: 'Scope or grantee tag' });
export type Tag = Static<typeof Tag>;

/** Fabric MSP identifier, e.g. `HospitalMSP`. */
export const MspId = Type.String({
  pattern: '^[A-Za-z0-9][A-Za-z0-9.-]{0,63}$',
  description: 'Fabric MSP identifier',
});
export type MspId = Static<typeof MspId>;

/** Fabric transaction id: SHA-256 in lower-case hex. */
export const TxId = Type.String({ pattern: '^[0-9a-f]{64}$', description: 'Fabric transaction id' });
export type TxId = Static<typeof TxId>;

/** Identifies one network in every statement's `aud`, e.g. `devnet`. */
export const NetworkId = Type.String({
  pattern: '^[a-z0-9](?:[a-z0-9.-]{0,61}[a-z0-9])?$',
  description: 'Network identifier',
});
export type NetworkId = Static<typeof NetworkId>;

/** Domain prefixes of the ids that are hashes: SHA-256(prefix ‖ …), first 20 bytes. */
export const ID_HASH_PREFIX = {
  patient: 'careledger/patient/v1\0',
  device: 'careledger/device/v1\0',
  record: 'careledger/record-id/v2\0',
} as const;
/** Bytes of a hash that go into an id. */
export const ID_HASH_BYTES = 20;
