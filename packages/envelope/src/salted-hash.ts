import { randomBytes } from 'node:crypto';
import { concatBytes, sha256, toBase64url, utf8 } from '@careledger/crypto';

/** A salt of fixed length, so that salt and data cannot be told apart in two ways. */
const SALT_BYTES = 32;
const DOMAIN = utf8('careledger/salted-hash/v1\0');

export function newSalt(): Uint8Array {
  return randomBytes(SALT_BYTES);
}

/**
 * base64url of SHA-256(domain ‖ salt ‖ data): commits to data on a ledger without letting anybody guess it. Keep the
 * salt with the data; without the salt the entry says nothing.
 */
export function saltedHash(salt: Uint8Array, data: Uint8Array): string {
  if (salt.length !== SALT_BYTES)
    throw new RangeError(`A salt has ${SALT_BYTES} bytes, this has ${salt.length}`);
  return toBase64url(sha256(concatBytes(DOMAIN, salt, data)));
}
