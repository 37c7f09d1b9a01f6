/** The little of sodium-native 5 that we call; it ships no types. */
declare module 'sodium-native' {
  const sodium: {
    /** Throws on wrong lengths, otherwise answers. */
    crypto_sign_verify_detached(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean;
    /** Throws on wrong lengths; `secretKey` is the seed and the public key. */
    crypto_sign_detached(signature: Uint8Array, message: Uint8Array, secretKey: Uint8Array): void;
  };
  export default sodium;
}
