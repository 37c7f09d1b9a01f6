export { type Addressing } from './addressing.js';
export { announceGraceKeyOf, announceVersion, type AnnouncedVersion } from './announce-version.js';
export { Grace, PREMATURE_GRACE_MS } from './grace.js';
export { ProviderPool, PROVIDER_REST } from './provider-pool.js';
export { isLedgerAway, isUnavailable, mayBeTakenLater, mayEnd, NotYetError } from './refusal.js';
export { RECORD_FOREIGN, RECORD_OTHER_VERSION } from './standing.js';
export { graceKeyOf, storeVersion, type StoreOutcome, type StoringSide } from './store-version.js';
