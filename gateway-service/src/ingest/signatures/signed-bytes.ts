/** A signature that is to be verified. */
export interface SignedBytes {
  /** Raw Ed25519, 32 bytes. */
  readonly publicKey: Uint8Array;
  readonly message: Uint8Array;
  /** 64 bytes. */
  readonly signature: Uint8Array;
}
