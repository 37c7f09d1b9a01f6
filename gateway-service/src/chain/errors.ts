export type ChainAccessErrorCode =
  'BLOCK_NOT_FOUND' | 'FRAME_NOT_FOUND' | 'FRAME_NOT_SEALED' | 'ERASURE_UNPROVEN';

/** What was asked for is not in the chain, or may not be done with it. */
export class ChainAccessError extends Error {
  override readonly name = 'ChainAccessError';

  constructor(
    readonly code: ChainAccessErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
