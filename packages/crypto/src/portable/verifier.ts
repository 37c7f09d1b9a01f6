/** SHA-256 wherever careledger names no other; a parameter, so that the portable code runs in a browser. */
export type HashFunction = (data: Uint8Array) => Uint8Array;

/** HMAC-SHA-256 (RFC 2104), 32 bytes; a parameter for the same reason. */
export type HmacFunction = (key: Uint8Array, data: Uint8Array) => Uint8Array;

/**
 * Ed25519 by the one rule of `spec/crypto.md`. Every implementation applies `ed25519Acceptable` first; the vectors
 * in `spec/vectors/{valid,invalid}/crypto` hold for all of them. Never throws for bad input: the answer is false.
 */
export interface SignatureVerifier {
  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
}
