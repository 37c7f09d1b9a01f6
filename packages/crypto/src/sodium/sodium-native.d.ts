/** The little of sodium-native 5 that we call; it ships no types. */
declare module 'sodium-native' {
  const sodium: {
    /** Throws on wrong lengths, otherwise answers. */
    crypto_sign_verify_detached(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean;
    /** Throws on wrong lengths; `secretKey` is the seed and the public key. */
    crypto_sign_detached(signature: Uint8Array, message: Uint8Array, secretKey: Uint8Array): void;
    /** Throws where the second is no Ed25519 key. */
    crypto_sign_ed25519_pk_to_curve25519(x25519: Uint8Array, ed25519: Uint8Array): void;
  };
  export default sodium;
}
