export type ConsentErrorCode =
  /** Not by this patient, for this network and these channels, or not signed by the consent key. */
  | 'CONSENT_STATEMENT_REFUSED'
  | 'CONSENT_KEY_LOCKED'
  | 'GRANT_NOT_FOUND'
  | 'DELEGATION_NOT_FOUND'
  | 'SUBSCRIPTION_NOT_FOUND'
  | 'SUBSCRIPTION_NOT_PENDING'
  /** It gives more than was asked for. */
  | 'SUBSCRIPTION_EXCEEDED'
  | 'AUTHORITY_UNKNOWN'
  /** No ledger has the patient yet, and the wait for it was long enough. */
  | 'REGISTRATION_PENDING'
  /** The ledger refused; `reason` is its code. */
  | 'CONSENT_REFUSED';

/** A patient's decision cannot be taken. */
export class ConsentError extends Error {
  override readonly name = 'ConsentError';
  /** Shown in the problem. */
  readonly members: Readonly<Record<string, unknown>>;
  constructor(
    readonly code: ConsentErrorCode,
    message: string,
    options: ErrorOptions & { readonly members?: Readonly<Record<string, unknown>> } = {},
  ) {
    super(message, options);
    this.members = options.members ?? {};
  }
}
