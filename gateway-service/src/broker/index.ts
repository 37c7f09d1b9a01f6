export { EmbeddedBroker } from './embedded.js';
export type { FrameSource } from './frame-source.js';
export { openFrameSource } from './open-source.js';
