import { ed25519Acceptable, type SignatureVerifier } from '@careledger/crypto/portable';
import { ed25519 } from '@noble/curves/ed25519.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js';

/** What a browser does not do synchronously by itself. */
export const sha256 = (data: Uint8Array): Uint8Array => nobleSha256(data);

export const hmacSha256 = (key: Uint8Array, data: Uint8Array): Uint8Array => hmac(nobleSha256, key, data);

/** Ed25519 by the one rule of `spec/crypto.md`. */
export const verifier: SignatureVerifier = {
  verify: (publicKey, message, signature) =>
    ed25519Acceptable(publicKey, signature) && isSigned(publicKey, message, signature),
};

function isSigned(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  try {
    return ed25519.verify(signature, message, publicKey, { zip215: false });
  } catch {
    // A key that is no point of the curve.
    return false;
  }
}
