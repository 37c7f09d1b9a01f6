export { StoreError, type StoreErrorCode } from './errors.js';
export type { StoreReader, StoreWriter } from './port.js';
export * from './rows.js';
export { STORE_MIGRATIONS } from './schema.js';
export { GatewayStore, openStore, type OpenStoreOptions } from './store.js';
