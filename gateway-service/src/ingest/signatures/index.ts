export type { SignedBytes } from './batch-memory.js';
export { VerifiedLine, type Verified } from './verified-line.js';
