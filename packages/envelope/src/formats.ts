import {
  AuthorityId,
  PatientId,
  ProviderId,
  PublicKey,
  RECORD_MAX_BYTES,
  RecordId,
  RecordVersion,
  SCOPE_TAGS_MAX,
  Sha256,
  Tag,
  Timestamp,
  TxId,
  closedObject as object,
} from '@careledger/domain';
import { Type } from 'typebox';
import type { Static } from 'typebox';
import { WRAPS_MAX } from './limits.js';

/** An RFC 7638 thumbprint has the form of a SHA-256. */
const Kid = PublicKey;
const CompactJwe = Type.String({
  pattern: '^[A-Za-z0-9_-]+\\.\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+$',
});

/** `typ` of each signed document and encrypted blob of this package. */
export const TYP = {
  manifest: 'careledger.manifest+jws',
  wraps: 'careledger.wraps+jws',
  storeReceipt: 'careledger.receipt+jws',
  recipientReceipt: 'careledger.recipient-receipt+jws',
  wrap: 'careledger.wrap+jwe',
  sealed: 'careledger.sealed+jwe',
} as const;

/** Authenticated with the content and signed in the manifest: what the ciphertext is, and of what. */
export const RecordAad = object({
  v: Type.Literal(1),
  recordId: RecordId,
  version: RecordVersion,
  patientId: PatientId,
  author: Type.Union([PatientId, AuthorityId]),
  scopeTags: Type.Array(Tag, { maxItems: SCOPE_TAGS_MAX, uniqueItems: true }),
  /** SHA-256 of the previous version's manifest; null for version 1. */
  prevVersionHash: Type.Union([Sha256, Type.Null()]),
});
export type RecordAad = Static<typeof RecordAad>;

export const Manifest = object({
  aad: RecordAad,
  ciphertextSha256: Sha256,
  /** HMAC-SHA-256 of a constant under the content key, base64url. */
  keyCommitment: Sha256,
  /** Bytes of the ciphertext, IV and tag included. */
  size: Type.Integer({ minimum: 28, maximum: RECORD_MAX_BYTES }),
});
export type Manifest = Static<typeof Manifest>;

/** The content key for one recipient. */
export const Wrap = object({
  kid: Kid,
  jwe: CompactJwe,
  /** To an authority's break-glass key: released on a committed break-glass permit only. */
  breakGlass: Type.Optional(Type.Literal(true)),
});
export type Wrap = Static<typeof Wrap>;

export const WrapSet = object({
  v: Type.Literal(1),
  recordId: RecordId,
  version: RecordVersion,
  manifestHash: Sha256,
  /** 1 at first store, one more with each addition. */
  seq: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
  wraps: Type.Array(Wrap, { minItems: 1, maxItems: WRAPS_MAX }),
});
export type WrapSet = Static<typeof WrapSet>;

/** A provider's word that it holds a version and that the ledger says so. */
export const StoreReceipt = object({
  recordId: RecordId,
  version: RecordVersion,
  ciphertextSha256: Sha256,
  manifestHash: Sha256,
  provider: ProviderId,
  txId: TxId,
  blockNumber: Type.Integer({ minimum: 0 }),
  storedAt: Timestamp,
});
export type StoreReceipt = Static<typeof StoreReceipt>;

/** A recipient's word that a provider released a version to it: what lets a release without a permit be found. */
export const RecipientReceipt = object({
  recordId: RecordId,
  version: RecordVersion,
  ciphertextSha256: Sha256,
  manifestHash: Sha256,
  provider: ProviderId,
  recipient: Type.Union([PatientId, AuthorityId]),
  permitTxId: TxId,
  receivedAt: Timestamp,
});
export type RecipientReceipt = Static<typeof RecipientReceipt>;
