export type { ContractClass } from './contract-class.js';
export { launch, launchContracts } from './launch.js';
export type { NamedContracts } from './launch.js';
export { serve } from './serve.js';
export { serverConfigOf } from './server-config.js';
export type { ServerConfig, TlsFiles } from './server-config.js';
