import { randomBytes } from 'node:crypto';
import { sha256 } from '@careledger/crypto';
import { SALT_BYTES, saltedHashBy } from './portable/salted-hash.js';

export function newSalt(): Uint8Array {
  return randomBytes(SALT_BYTES);
}

/** {@link saltedHashBy} with this process's SHA-256. */
export const saltedHash = (salt: Uint8Array, data: Uint8Array): string => saltedHashBy(sha256, salt, data);
