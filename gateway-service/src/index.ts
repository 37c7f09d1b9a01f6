export * from './broker/index.js';
export * from './chain/index.js';
export { GatewayCore, type BlockPlace, type GatewayCoreOptions } from './core.js';
export * from './devices/index.js';
export * from './ingest/index.js';
export * from './patients/index.js';
export * from './store/index.js';
export { buildApp, type GatewayApp } from './app.js';
export { GatewayConfig } from './config.js';
