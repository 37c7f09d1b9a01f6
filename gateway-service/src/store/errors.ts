export type StoreErrorCode = 'STORE_INCONSISTENT';

/** The store contradicts itself: something other than this gateway wrote it, or the disk is failing. */
export class StoreError extends Error {
  override readonly name = 'StoreError';

  constructor(
    readonly code: StoreErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
