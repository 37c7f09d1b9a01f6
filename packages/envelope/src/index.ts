export { EnvelopeError } from './errors.js';
export type { EnvelopeErrorCode } from './errors.js';
export { SEALED_MAX_CHARS, WRAPS_MAX, WRAP_MAX_CHARS, WRAP_SET_MAX_CHARS } from './limits.js';
export { granteeTag, recordSeedFor, scopeTag } from './ids.js';
export type { GranteeTerms, ScopeTerms } from './ids.js';
export { SALT_BYTES, newSalt, saltedHash } from './salted-hash.js';
export {
  Manifest,
  RecordAad,
  RecipientReceipt,
  StoreReceipt,
  TYP,
  WrapSet,
  WrapsAcceptance,
} from './formats.js';
export type { Wrap } from './formats.js';
export { tokenHash } from './signed-document.js';
export type { Signers } from './signed-document.js';
export { checkCiphertext, checkManifest, ciphertextHash, keyCommitment, readManifest } from './manifest.js';
export type { ExpectedRecord } from './manifest.js';
export { sealRecord } from './seal-record.js';
export type { RecordToSeal, SealedRecord } from './seal-record.js';
export {
  checkWrapSet,
  makeWrapSet,
  matchWraps,
  readWrap,
  readWrapSet,
  unwrapKey,
  wrapHash,
  wrapKey,
} from './wraps.js';
export type { Recipient, WrapSubject } from './wraps.js';
export { makeWrapsAcceptance } from './acceptance.js';
export type { SigningPeriod, WrapSigners } from './acceptance.js';
export { checkParts, openNoticeRecord, openRecord } from './open-record.js';
export type { NoticeParts, OpenedRecord, SealedParts } from './open-record.js';
export { nextWrapSet } from './next-wrap-set.js';
export type { SignedWraps, WrapChange } from './next-wrap-set.js';
export {
  checkRecipientReceipt,
  checkStoreReceipt,
  makeRecipientReceipt,
  makeStoreReceipt,
  readRecipientReceipt,
  readStoreReceipt,
} from './receipts.js';
export { decryptFrom, encryptTo } from './sealed.js';
