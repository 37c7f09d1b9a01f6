import {
  AuthorityId,
  PatientId,
  ProviderId,
  RECORD_MAX_BYTES,
  RecordId,
  RecordVersion,
  Sha256,
  TagGroups,
  Timestamp,
  TxId,
  closedObject as object,
} from '@careledger/domain';
import { Type } from 'typebox';
import type { Static } from 'typebox';
import { WRAPS_MAX } from './limits.js';
import { SEALED_TYP } from './portable/seal-to-one.js';

/** `typ` of each signed document and encrypted blob of this package. */
export const TYP = {
  manifest: 'careledger.manifest+jws',
  wraps: 'careledger.wraps+jws',
  wrapsAcceptance: 'careledger.wraps-acceptance+jws',
  storeReceipt: 'careledger.receipt+jws',
  recipientReceipt: 'careledger.recipient-receipt+jws',
  wrap: 'careledger.wrap+jwe',
  sealed: SEALED_TYP,
} as const;

/** Authenticated with the content and signed in the manifest: what the ciphertext is, and of what. */
export const RecordAad = object({
  v: Type.Literal(2),
  recordId: RecordId,
  version: RecordVersion,
  patientId: PatientId,
  author: Type.Union([PatientId, AuthorityId]),
  tagGroups: TagGroups,
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

/** The content key for one recipient, as its maker and the provider have it. Only the recipient gets it. */
export type Wrap = {
  /** Thumbprint of the recipient's key; it stands in the JWE's protected header. */
  readonly kid: string;
  readonly jwe: string;
  /** To an authority's break-glass key: released on a committed break-glass permit only. */
  readonly breakGlass?: true;
};

/** Signs for wraps by their hashes, so that no recipient learns who the others are. */
export const WrapSet = object({
  v: Type.Literal(2),
  recordId: RecordId,
  version: RecordVersion,
  manifestHash: Sha256,
  /** 1 at first store, one more with each set that follows. */
  seq: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
  wraps: Type.Array(
    object({
      /** SHA-256 over the ASCII of the compact JWE, base64url. */
      sha256: Sha256,
      breakGlass: Type.Optional(Type.Literal(true)),
    }),
    { minItems: 1, maxItems: WRAPS_MAX },
  ),
});
export type WrapSet = Static<typeof WrapSet>;

/**
 * A provider's word that a wrap set's signer was the current one when it took the set: what lets a reader trust a set
 * whose signer has been rotated away since.
 */
export const WrapsAcceptance = object({
  recordId: RecordId,
  version: RecordVersion,
  manifestHash: Sha256,
  seq: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
  /** SHA-256 over the ASCII of the wrap set, base64url. */
  wrapSetHash: Sha256,
  provider: ProviderId,
  acceptedAt: Timestamp,
});
export type WrapsAcceptance = Static<typeof WrapsAcceptance>;

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
