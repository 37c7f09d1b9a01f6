export { EnvelopeError } from './portable/errors.js';
export type { EnvelopeErrorCode } from './portable/errors.js';
export { WRAPS_MAX, WRAP_MAX_CHARS } from './limits.js';
export { granteeTag, recordSeedFor, scopeTag } from './ids.js';
export type { GranteeTerms } from './portable/index.js';
export { newSalt, saltedHash } from './salted-hash.js';
export { Manifest, RecordAad, StoreReceipt, TYP, WrapSet } from './formats.js';
export type { Wrap } from './formats.js';
export { tokenHash } from './signed-document.js';
export { checkManifest, ciphertextHash, keyCommitment, readManifest } from './manifest.js';
export type { ExpectedRecord } from './manifest.js';
export { sealRecord } from './seal-record.js';
export type { SealedRecord } from './seal-record.js';
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
export { openNoticeRecord, openRecord } from './open-record.js';
export type { SealedParts } from './open-record.js';
export { nextWrapSet } from './next-wrap-set.js';
export {
  checkRecipientReceipt,
  checkStoreReceipt,
  makeRecipientReceipt,
  makeStoreReceipt,
  readRecipientReceipt,
  readStoreReceipt,
} from './receipts.js';
export { decryptFrom, encryptTo } from './sealed.js';
