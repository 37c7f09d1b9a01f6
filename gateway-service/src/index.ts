export { buildApp, type GatewayApp } from './app.js';
export { EmbeddedBroker } from './broker/index.js';
export { ChainKeeper, DeviceChain, PatientChain } from './chain/index.js';
export { GatewayConfig } from './config.js';
export { GatewayCore } from './core.js';
export { problems } from './problems.js';
export { DIFFERENCE_CODES } from './reconcile/index.js';
export {
  LATER_STORE_MIGRATIONS,
  STORE_MIGRATIONS,
  openStore,
  type GatewayStore,
  type NewFrameRow,
  type StoreWriter,
} from './store/index.js';
