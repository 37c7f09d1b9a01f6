import sodium from 'sodium-native';
import { signerFromSeed } from '../node/signer.js';
import type { Signer } from '../node/signer.js';

/** RFC 8032 section 5.1.6. */
const SIGNATURE_BYTES = 64;

/**
 * Signer on libsodium, for gateways, which sign a block for every 64 frames, and providers, which sign twice for every version:
 * half of what node:crypto takes, and the same bytes, since Ed25519 is deterministic. The seed stays in this process's memory, as a KeyObject's does.
 * @throws CryptoError `KEY_INVALID` unless the seed has 32 bytes
 */
export function sodiumSigner(seed: Uint8Array): Signer {
  const { publicKey, kid } = signerFromSeed(seed);
  // libsodium's form of a secret key.
  const secretKey = Buffer.concat([seed, publicKey]);
  return {
    publicKey,
    kid,
    sign: (message) => {
      const signature = Buffer.allocUnsafe(SIGNATURE_BYTES);
      sodium.crypto_sign_detached(signature, message, secretKey);
      return signature;
    },
  };
}
