/** Where ciphertext lies: content-addressed, so that a blob is never overwritten and a retry writes nothing new. */
export interface BlobStore {
  /** Stores the bytes under their SHA-256 (base64url); on disk when it resolves. */
  put(sha256: string, bytes: Uint8Array): Promise<void>;
  /** The bytes. @throws BlobError BLOB_MISSING, BLOB_DAMAGED */
  get(sha256: string): Promise<Uint8Array>;
  /** Whether there is such a blob; not whether it is whole. */
  has(sha256: string): Promise<boolean>;
  /**
   * Removes a blob that nothing refers to any more; one that is not there is no fault. Done when it returns, so that it
   * can stand within the transaction that ends the last reference.
   */
  removeNow(sha256: string): void;
}

/** A blob that cannot be given back as it was stored. */
export class BlobError extends Error {
  override readonly name = 'BlobError';
  constructor(
    readonly code: 'BLOB_MISSING' | 'BLOB_DAMAGED',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
