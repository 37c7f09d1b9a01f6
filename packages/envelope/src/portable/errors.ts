/** Why a record, wrap set, receipt or sealed blob is refused. */
export type EnvelopeErrorCode =
  | 'CONTENT_TOO_LARGE'
  | 'MANIFEST_MALFORMED'
  | 'MANIFEST_SIGNER_UNKNOWN'
  | 'MANIFEST_SIGNATURE_INVALID'
  | 'MANIFEST_HASH_MISMATCH'
  | 'AAD_MISMATCH'
  | 'VERSION_MISMATCH'
  | 'CIPHERTEXT_HASH_MISMATCH'
  | 'WRAP_SET_MALFORMED'
  | 'WRAP_SET_MISMATCH'
  | 'WRAP_SIGNER_UNKNOWN'
  | 'WRAP_SIGNATURE_INVALID'
  | 'WRAP_SIGNER_RETIRED'
  | 'WRAP_MISMATCH'
  | 'WRAP_HEADER_MISMATCH'
  | 'NOT_A_RECIPIENT'
  | 'RECIPIENT_KEY_INVALID'
  | 'KEY_COMMITMENT_MISMATCH'
  | 'DECRYPTION_FAILED'
  | 'RECEIPT_MALFORMED'
  | 'RECEIPT_SIGNER_UNKNOWN'
  | 'RECEIPT_SIGNATURE_INVALID'
  | 'RECEIPT_MISMATCH'
  | 'SEALED_MALFORMED'
  | 'SEALED_CONTEXT_MISMATCH';

/** Something about a sealed record is not what the ledger, the author or the patient said. */
export class EnvelopeError extends Error {
  override readonly name = 'EnvelopeError';

  constructor(
    readonly code: EnvelopeErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
