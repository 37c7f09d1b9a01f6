import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { concatBytes } from '../portable/index.js';
import { secretKey, type SecretKey } from './secret-key.js';

const ALGORITHM = 'aes-256-gcm';
export const AES_KEY_BYTES = 32;
/** NIST SP 800-38D section 8.2.2: random 96-bit IVs are sound for up to 2^32 messages under a key. */
export const GCM_IV_BYTES = 12;
export const GCM_TAG_BYTES = 16;

/** AES-256-GCM as iv ‖ ciphertext ‖ tag, with a fresh random IV unless one is given. */
export function aesGcmSeal(
  key: SecretKey,
  plaintext: Uint8Array,
  aad: Uint8Array,
  iv: Uint8Array = randomBytes(GCM_IV_BYTES),
): Uint8Array {
  const cipher = createCipheriv(ALGORITHM, secretKey(key), iv, {
    authTagLength: GCM_TAG_BYTES,
  }).setAAD(aad);
  return concatBytes(iv, cipher.update(plaintext), cipher.final(), cipher.getAuthTag());
}

/** The plaintext, or undefined when key, AAD or any byte is not what was sealed. */
export function aesGcmOpen(key: SecretKey, sealed: Uint8Array, aad: Uint8Array): Uint8Array | undefined {
  if (sealed.length < GCM_IV_BYTES + GCM_TAG_BYTES) return undefined;
  const tagStart = sealed.length - GCM_TAG_BYTES;
  const decipher = createDecipheriv(ALGORITHM, secretKey(key), sealed.subarray(0, GCM_IV_BYTES), {
    authTagLength: GCM_TAG_BYTES,
  })
    .setAAD(aad)
    .setAuthTag(sealed.subarray(tagStart));
  const plaintext = decipher.update(sealed.subarray(GCM_IV_BYTES, tagStart));
  try {
    decipher.final();
  } catch {
    // Node gives the mismatch of the tag no code of its own, and final() of GCM has no other reason to fail.
    return undefined;
  }
  return new Uint8Array(plaintext);
}
