/** What kept a deployment by compose from being set up. */
export type ComposeErrorCode =
  | 'PROFILE_DIFFERS'
  | 'CERTIFICATE_MISSING'
  | 'UNKNOWN_NAME'
  | 'REQUEST_REFUSED'
  | 'NOT_EMPTY'
  | 'HOST_AWAY'
  | 'ARCHIVE_UNREADABLE'
  | 'RESTORE_CUT_SHORT';

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
