export type CliErrorCode =
  | 'USAGE'
  | 'FILE_NOT_FOUND'
  | 'FILE_EXISTS'
  | 'FILE_IN_USE'
  | 'FILE_MALFORMED'
  /** The question needs somebody who answers it, and nobody is there. */
  | 'NOBODY_TO_ASK'
  /** The patient said no. */
  | 'NOT_CONFIRMED'
  /** What an address serves is not the page of this release. */
  | 'PAGE_DIFFERS';

/** The command cannot be done as it was called. */
export class CliError extends Error {
  override readonly name = 'CliError';

  constructor(
    readonly code: CliErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
