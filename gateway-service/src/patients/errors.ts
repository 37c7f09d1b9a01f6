export type PatientErrorCode =
  | 'PATIENT_NOT_FOUND'
  | 'PASSPHRASE_TOO_SHORT'
  /** Patients keep their consent keys themselves: this gateway takes no passphrase. */
  | 'CONSENT_KEY_NOT_KEPT'
  /** The registration is not by this key, for this network, and of the keys that were offered. */
  | 'ENROLMENT_REFUSED'
  | 'PATIENT_EXISTS'
  /** Wrong ones came before, by this token or for this patient: the next is not looked at yet. */
  | 'PASSPHRASE_BACKOFF'
  /** Too many passphrases wait for their turn. */
  | 'PASSPHRASES_BUSY';

/** A patient cannot be made, is not here, or is not to be spoken for now. */
export class PatientError extends Error {
  override readonly name = 'PatientError';
  /** Shown in the problem. */
  readonly members: { readonly retryAfterS?: number };

  constructor(
    readonly code: PatientErrorCode,
    message: string,
    options: ErrorOptions & {
      /** How long to wait before the same again. */
      readonly retryAfterMs?: number;
    } = {},
  ) {
    super(message, options);
    const { retryAfterMs } = options;
    this.members = retryAfterMs === undefined ? {} : { retryAfterS: Math.ceil(retryAfterMs / 1000) };
  }
}
