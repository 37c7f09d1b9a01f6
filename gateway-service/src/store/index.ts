export { StoreError } from './errors.js';
export type { StoreReader, StoreWriter } from './port.js';
export * from './rows.js';
export {
  CLOCKS_MIGRATION,
  FRAME_GROUPS_MIGRATION,
  LATER_STORE_MIGRATIONS,
  STORE_MIGRATIONS,
} from './schema.js';
export { GatewayStore, openStore } from './store.js';
