/** Why a record cannot be made, or this gateway's own copy of one cannot be shown. */
export type RecordErrorCode =
  /** It holds more kinds of resources, or one of them more tags, than a record may have. */
  | 'TAG_GROUPS_OVERFLOW'
  /** The copy is not what was signed. */
  | 'RECORD_DAMAGED';

export class RecordError extends Error {
  override readonly name = 'RecordError';

  constructor(
    readonly code: RecordErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
