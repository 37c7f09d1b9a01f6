import { concatBytes, toBase64url, utf8, type HashFunction } from '@careledger/crypto/portable';

/** A salt of fixed length, so that salt and data cannot be told apart in two ways. */
export const SALT_BYTES = 32;
const DOMAIN = utf8('careledger/salted-hash/v1\0');

/**
 * base64url of SHA-256(domain ‖ salt ‖ data): commits to data on a ledger without letting anybody guess it. Keep the
 * salt with the data; without the salt the entry says nothing.
 * @param hash SHA-256
 */
export function saltedHashBy(hash: HashFunction, salt: Uint8Array, data: Uint8Array): string {
  if (salt.length !== SALT_BYTES)
    throw new RangeError(`A salt has ${SALT_BYTES} bytes, this has ${salt.length}`);
  return toBase64url(hash(concatBytes(DOMAIN, salt, data)));
}
