export type { Offered } from './offered-signatures.js';
export { VerifyThread } from './verify-thread.js';
