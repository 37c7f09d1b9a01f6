/** The little of sodium-native 5 that we call; it ships no types. */
declare module 'sodium-native' {
  const sodium: {
    /** Throws on wrong lengths, otherwise answers. */
    crypto_sign_verify_detached(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean;
  };
  export default sodium;
}
