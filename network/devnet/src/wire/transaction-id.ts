import { sha256 } from './sha256.js';

/** Fabric's transaction id: hex of SHA-256 over nonce and creator. */
export function transactionId(nonce: Uint8Array, creator: Uint8Array): string {
  return sha256(nonce, creator).toString('hex');
}
