import sodium from 'sodium-native';

const KEY_BYTES = 32;

/**
 * The X25519 key (raw 32 bytes) that belongs to an Ed25519 one, by the birational map of RFC 7748 section 4.1: what is
 * sealed to it opens with the seed of the Ed25519 key, which may sign as well (Thormarker 2021,
 * https://eprint.iacr.org/2021/509).
 * @throws Error if the bytes are no Ed25519 key, or one of small order
 */
export function x25519OfEd25519(publicKey: Uint8Array): Uint8Array {
  const converted = new Uint8Array(KEY_BYTES);
  sodium.crypto_sign_ed25519_pk_to_curve25519(converted, publicKey);
  return converted;
}
