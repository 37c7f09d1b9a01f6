import { PatientId, ProviderId, RecordId, RecordVersion, TxId } from '@careledger/domain';
import { AccessState, CompactJws, RECORD_MAX_BYTES } from '@careledger/contracts';
import { Type, type Static } from 'typebox';

/** Characters of a record's ciphertext in base64url. */
const CIPHERTEXT_MAX_CHARS = Math.ceil((RECORD_MAX_BYTES * 4) / 3);
const Ciphertext = Type.String({
  pattern: '^[A-Za-z0-9_-]+$',
  maxLength: CIPHERTEXT_MAX_CHARS,
  description: 'base64url',
});

/**
 * The HTTP door of a cloud provider (layer 3). Callers are gateways, authorities' apis and other providers, each with a
 * bearer token of role `system`; what counts is the signed statement within.
 */
export const PROVIDER_ROUTES = {
  /** PUT, `StoreRecordRequest` → 201 `StoreRecordAnswer`; again with the same content → 200, the same receipt. */
  version: (recordId: string, version: number | ':version') => `/v1/records/${recordId}/versions/${version}`,
  /** PUT, `ReplaceWrapsRequest` → 204: a wrap set with a higher `seq`. */
  wraps: (recordId: string, version: number | ':version') =>
    `/v1/records/${recordId}/versions/${version}/wraps`,
  /** POST, `AccessRequestHttp` → 200 `AccessAnswer`; denial → 403 problem `ACCESS_DENIED` with `access`. */
  access: '/v1/access-requests',
  /** POST, provider to provider, `ReleaseRequestHttp` → 200 `ReleasedRecord`. */
  releases: '/v1/releases',
  /** POST, `VisitRequest` → 201 `{txId}`. */
  visits: '/v1/visits',
  /** POST, `ReceiptRequest` → 204: the recipient's word that it got the record. */
  receipts: '/v1/receipts',
} as const;

export const StoreRecordRequest = Type.Object(
  {
    /** `storeRecord` statement naming this provider; version 1 is stored, a higher one revises. */
    statement: CompactJws,
    manifest: CompactJws,
    wrapSet: CompactJws,
    ciphertext: Ciphertext,
  },
  { additionalProperties: false },
);
export type StoreRecordRequest = Static<typeof StoreRecordRequest>;

/** `receipt`: JWS by the provider over record id, version, hashes, tx id and block number. */
export const StoreRecordAnswer = Type.Object({
  recordId: RecordId,
  version: RecordVersion,
  providerId: ProviderId,
  txId: TxId,
  blockNumber: Type.Integer({ minimum: 0 }),
  receipt: CompactJws,
});
export type StoreRecordAnswer = Static<typeof StoreRecordAnswer>;

export const ReplaceWrapsRequest = Type.Object({ wrapSet: CompactJws }, { additionalProperties: false });
export type ReplaceWrapsRequest = Static<typeof ReplaceWrapsRequest>;

export const AccessRequestHttp = Type.Object(
  {
    /** `accessRequest` statement. */
    statement: CompactJws,
  },
  { additionalProperties: false },
);
export type AccessRequestHttp = Static<typeof AccessRequestHttp>;

/** What a provider releases: everything that a recipient needs to check and open one version. */
export const ReleasedRecord = Type.Object({
  recordId: RecordId,
  version: RecordVersion,
  patientId: PatientId,
  manifest: CompactJws,
  wrapSet: CompactJws,
  ciphertext: Ciphertext,
  receipt: CompactJws,
});
export type ReleasedRecord = Static<typeof ReleasedRecord>;

export const AccessAnswer = Type.Object({ access: AccessState, record: ReleasedRecord });
export type AccessAnswer = Static<typeof AccessAnswer>;

export const ReleaseRequestHttp = Type.Object(
  {
    /** `releaseRequest` statement of the provider that asks. */
    statement: CompactJws,
  },
  { additionalProperties: false },
);
export type ReleaseRequestHttp = Static<typeof ReleaseRequestHttp>;

export const VisitRequest = Type.Object({ statement: CompactJws }, { additionalProperties: false });
export type VisitRequest = Static<typeof VisitRequest>;

export const ReceiptRequest = Type.Object(
  {
    /** JWS by the recipient: it got this version under this permit. */
    receipt: CompactJws,
  },
  { additionalProperties: false },
);
export type ReceiptRequest = Static<typeof ReceiptRequest>;
