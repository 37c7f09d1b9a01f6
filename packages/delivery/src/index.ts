export { readdressed, statementFor, type Addressing } from './addressing.js';
export {
  announceVersion,
  type AnnouncedVersion,
  type AnnounceOutcome,
  type AnnouncingSide,
} from './announce-version.js';
export { Grace, PREMATURE_GRACE_MS } from './grace.js';
export { ProviderPool, PROVIDER_REST, type ProviderPoolOptions } from './provider-pool.js';
export { checkStoreAnswer, type VersionToStore } from './receipt.js';
export {
  isLedgerAway,
  isUnavailable,
  mayBeTakenLater,
  mayEnd,
  NotYetError,
  refusalOfCall,
  refusalOfCode,
  type FailedCall,
  type Meaning,
  type Refusal,
} from './refusal.js';
export {
  RECORD_FOREIGN,
  RECORD_OTHER_VERSION,
  standingOf,
  versionIn,
  type Standing,
  type VersionId,
} from './standing.js';
export { storeVersion, type StoreOutcome, type Stored, type StoringSide } from './store-version.js';
