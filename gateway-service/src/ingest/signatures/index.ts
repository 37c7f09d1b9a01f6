export type { Offered } from './offered-signatures.js';
export { VerifyThread, type VerifyThreadOptions } from './verify-thread.js';
