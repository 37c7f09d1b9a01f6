/** Why a statement is refused. The chaincode answers with the same codes. */
export type StatementErrorCode =
  | 'STATEMENT_MALFORMED'
  | 'STATEMENT_TOO_LARGE'
  | 'STATEMENT_TYPE_MISMATCH'
  | 'STATEMENT_AUDIENCE_MISMATCH'
  | 'STATEMENT_CHANNEL_MISMATCH'
  | 'STATEMENT_ISSUER_MISMATCH'
  | 'STATEMENT_EXPIRED'
  | 'STATEMENT_FROM_FUTURE'
  | 'STATEMENT_KEY_UNKNOWN'
  | 'STATEMENT_SIGNATURE_INVALID';

/** A statement that is not one, or not one for this network, channel, time or key. */
export class StatementError extends Error {
  override readonly name = 'StatementError';

  constructor(
    readonly code: StatementErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
