import { ProviderId, RecordId, RecordVersion, TxId, closedObject } from '@careledger/domain';
import { BATCH_MAX_ITEMS, BatchResult, CompactJws, RECORD_MAX_BYTES } from '@careledger/contracts';
import { WRAPS_MAX, WRAP_MAX_CHARS } from '@careledger/envelope';
import { Type, type Static } from 'typebox';

/** Characters of a record's ciphertext in base64url. */
const CIPHERTEXT_MAX_CHARS = Math.ceil((RECORD_MAX_BYTES * 4) / 3);
export const Ciphertext = Type.String({
  pattern: '^[A-Za-z0-9_-]+$',
  maxLength: CIPHERTEXT_MAX_CHARS,
  description: 'base64url',
});

/** One wrap: compact JWE (RFC 7516) with direct key agreement, so that its second part is empty. */
export const CompactJwe = Type.String({
  pattern: '^[A-Za-z0-9_-]+\\.\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+$',
  maxLength: WRAP_MAX_CHARS,
});
/** All wraps of a set, in its order. */
const Wraps = Type.Array(CompactJwe, { minItems: 1, maxItems: WRAPS_MAX });

/**
 * The HTTP API of a cloud provider (layer 3). Callers are gateways, authorities' apis and other providers, each with a
 * bearer token of role `system`; what counts is the signed statement within.
 */
export const PROVIDER_ROUTES = {
  /** PUT, `StoreRecordRequest` → 201 `StoreRecordAnswer`; the same statement again → 200, the same receipt. */
  version: (recordId: string, version: number | ':version') => `/v1/records/${recordId}/versions/${version}`,
  /** POST, `StoreRecordsRequest` → 200 `StoreRecordsAnswer`: many small versions, each stored or refused by itself. */
  versions: '/v1/versions',
  /** PUT, `ReplaceWrapsRequest` → 200 `ReplaceWrapsAnswer`: the wrap set with the next `seq`. */
  wraps: (recordId: string, version: number | ':version') =>
    `/v1/records/${recordId}/versions/${version}/wraps`,
  /**
   * POST, `AccessRequestHttp` → 200 `AccessAnswer`, for each request by itself: a record, or a problem, for a denial
   * `ACCESS_DENIED`. The token is the requester's own organisation's, for a patient the operator's.
   */
  access: '/v1/access-requests',
  /** POST, provider to provider, `ReleaseRequestHttp` → 200 `ReleaseAnswer`. Token and issuer are the permit's relay. */
  releases: '/v1/releases',
  /** POST, `ReleaseLookupRequest` → 200 `ReleaseLookupAnswer`: what the holder released under a patient's permits. */
  releaseLookups: '/v1/release-lookups',
  /** POST, `VisitRequest` → 201 `{txId}`. */
  visits: '/v1/visits',
  /** POST, `RevocationRequest` → 201 `RevocationAnswer`: a patient's revocation, relayed by whoever the patient reaches. */
  revocations: '/v1/revocations',
  /** POST, `ReadingsRequest` → 200 `ReadingsAnswer`: an authority's readings of direct emergency notices. */
  readings: '/v1/notice-readings',
  /** POST, `ReceiptRequest` → 200 `ReceiptAnswer`: the recipient's word that it got the records. */
  receipts: '/v1/receipts',
} as const;

export const StoreRecordRequest = closedObject(
  {
    /** `storeRecord` statement naming this provider; version 1 is stored, a higher one revises. */
    statement: CompactJws,
    manifest: CompactJws,
    wrapSet: CompactJws,
    wraps: Wraps,
    ciphertext: Ciphertext,
  },
  { title: 'StoreRecordRequest' },
);
export type StoreRecordRequest = Static<typeof StoreRecordRequest>;

/** `receipt`: JWS by the provider over record id, version, hashes, tx id and block number. It names no wrap set: that may change. */
export const StoreRecordAnswer = Type.Object(
  {
    recordId: RecordId,
    version: RecordVersion,
    providerId: ProviderId,
    txId: TxId,
    blockNumber: Type.Integer({ minimum: 0 }),
    receipt: CompactJws,
  },
  { title: 'StoreRecordAnswer' },
);
export type StoreRecordAnswer = Static<typeof StoreRecordAnswer>;

export const ReplaceWrapsRequest = closedObject({ wrapSet: CompactJws, wraps: Wraps });
export type ReplaceWrapsRequest = Static<typeof ReplaceWrapsRequest>;

/** The provider's signed word that the set's signer was current when it took the set (`makeWrapsAcceptance`). */
export const ReplaceWrapsAnswer = Type.Object({ acceptance: CompactJws });
export type ReplaceWrapsAnswer = Static<typeof ReplaceWrapsAnswer>;

/** A version's wraps as its provider holds them, for the patient's gateway or the author: GET on the same path. */
export const HeldWraps = Type.Object({ wrapSet: CompactJws, wraps: Wraps, acceptance: CompactJws });
export type HeldWraps = Static<typeof HeldWraps>;

export const VisitRequest = closedObject({ statement: CompactJws });
export type VisitRequest = Static<typeof VisitRequest>;

/** A patient's `revoke`, `revokeAll` or `rejectSubscription` statement. */
export const RevocationRequest = closedObject({ statement: CompactJws });
export type RevocationRequest = Static<typeof RevocationRequest>;

/** Of a relayed revocation. */
export const AlreadyRelayed = Type.Optional(
  Type.Literal(true, {
    description: 'The ledger had the statement before: nothing was sent, the transaction is the earlier one',
  }),
);

/** The transaction that first carried the statement on this channel. */
export const RevocationAnswer = Type.Object(
  { txId: TxId, already: AlreadyRelayed },
  { title: 'RevocationAnswer' },
);
export type RevocationAnswer = Static<typeof RevocationAnswer>;

/** `noticeReading` statements. */
export const ReadingsRequest = closedObject({
  statements: Type.Array(CompactJws, { minItems: 1, maxItems: BATCH_MAX_ITEMS }),
});
export type ReadingsRequest = Static<typeof ReadingsRequest>;
export { BatchResult as ReadingsAnswer };
