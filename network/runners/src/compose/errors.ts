/** What kept a deployment by compose from being set up. */
export type ComposeErrorCode =
  'PROFILE_DIFFERS' | 'CERTIFICATE_MISSING' | 'NOT_PREPARED' | 'UNKNOWN_NAME' | 'REQUEST_REFUSED';

/** `message` says what happened and what to do next. */
export class ComposeError extends Error {
  override readonly name = 'ComposeError';

  constructor(
    readonly code: ComposeErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
