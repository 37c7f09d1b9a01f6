export type PatientErrorCode = 'PATIENT_NOT_FOUND' | 'PASSPHRASE_TOO_SHORT';

/** A patient cannot be made or is not here. */
export class PatientError extends Error {
  override readonly name = 'PatientError';

  constructor(
    readonly code: PatientErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
