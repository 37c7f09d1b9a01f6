export { EmbeddedBroker, type EmbeddedBrokerOptions } from './embedded.js';
export { ExternalBroker, type ExternalBrokerOptions } from './external.js';
export type { FrameSource } from './frame-source.js';
export { openFrameSource } from './open-source.js';
export * from './limits.js';
export { ViolationCounters, type ViolationCode } from './violations.js';
