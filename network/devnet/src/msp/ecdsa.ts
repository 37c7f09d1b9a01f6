import { verify, type KeyObject } from 'node:crypto';
import { curveOf, isLowS } from '@careledger/crypto/ecdsa';

/** Whether the signature holds; a high S is refused, so that a signature has one form only. */
export function verifyLowS(publicKey: KeyObject, message: Uint8Array, signature: Uint8Array): boolean {
  return isLowS(signature, curveOf(publicKey)) && verify('sha256', message, publicKey, signature);
}

/** {@link verifyLowS} on libuv's thread pool, for the many signatures of a block. */
export function verifyLowSAsync(
  publicKey: KeyObject,
  message: Uint8Array,
  signature: Uint8Array,
): Promise<boolean> {
  if (!isLowS(signature, curveOf(publicKey))) return Promise.resolve(false);
  return new Promise((resolve, reject) => {
    verify('sha256', message, publicKey, signature, (error, valid) =>
      error ? reject(error) : resolve(valid),
    );
  });
}
