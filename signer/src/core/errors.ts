export type SignerErrorCode =
  /** The passphrase does not open the file, or the file was altered. */
  | 'VAULT_LOCKED'
  | 'VAULT_MALFORMED'
  | 'PASSPHRASE_TOO_SHORT'
  /** It is no ID of a network, a patient or an authority, or no key: nothing would know it. */
  | 'NAME_MALFORMED'
  /** It was typed twice, and not the same. */
  | 'PASSPHRASE_DIFFERS'
  /** No gateway is known yet that what is signed could go to. */
  | 'GATEWAY_UNKNOWN'
  /** An answer is about another patient than the one whose key this is. */
  | 'PATIENT_MISMATCH'
  /** An answer is about another authority than the one that was asked for. */
  | 'AUTHORITY_MISMATCH'
  /** An authority is of another network than the patient. */
  | 'NETWORK_MISMATCH'
  /** Nobody whom the patient trusts vouches for this authority's key. */
  | 'AUTHORITY_KEY_UNPROVED'
  /** The gateway names another key than the one that the patient trusts. */
  | 'AUTHORITY_KEY_SWAPPED'
  /** The gateway forgets decisions that it has taken: it offers a number that was used. */
  | 'POLICY_SEQ_BEHIND'
  /** The gateway asks to leave out more numbers than decisions could have used. */
  | 'POLICY_SEQ_LEAP'
  /** The gateway took a grant and does not list it. */
  | 'GRANT_HIDDEN'
  /** The gateway lists a grant otherwise than the patient signed it. */
  | 'GRANT_DIFFERS'
  /** The gateway took a revocation and lists its grant as one that stands. */
  | 'REVOCATION_HIDDEN'
  /** The gateway answered for another statement. */
  | 'ANSWER_MISMATCH'
  /** What the gateway answered has not the form that it has to have. */
  | 'ANSWER_MALFORMED'
  /** An answer, or a list of several, is longer than any honest one. */
  | 'ANSWER_TOO_LARGE'
  /** What is to be signed has not the form of its kind: nobody would accept it. */
  | 'DECISION_MALFORMED'
  /** The gateway's offer of keys cannot be registered. */
  | 'OFFER_REFUSED'
  /** Somebody in between could read or change what goes to this address. */
  | 'ADDRESS_INSECURE'
  /** The gateway refused, or could not be reached; `reason` is its code. */
  | 'GATEWAY_REFUSED'
  | 'GATEWAY_UNREACHABLE'
  /** What an authority publishes could not be had from it. */
  | 'AUTHORITY_UNREACHABLE'
  /** What gives tags was lost with the former file: a rule for some records or people would hold for none. */
  | 'SCOPE_KEY_LOST'
  /** What the gateway hands back as the scope key is for another key, or none. */
  | 'SCOPE_KEY_REFUSED'
  /** The key that somebody brings to be appointed is another patient’s, or not proved. */
  | 'DELEGATE_REFUSED'
  /** A delegate signs what only the patient signs, or about what it was not given. */
  | 'DELEGATION_EXCEEDED'
  /** The patient has not appointed this delegate yet. */
  | 'NOT_APPOINTED'
  /** There is no such grant of the patient, or request to the patient. */
  | 'GRANT_NOT_FOUND'
  | 'SUBSCRIPTION_NOT_FOUND'
  /** The records that the gateway shows are not those of the request that it shows. */
  | 'REQUEST_DIFFERS'
  /** What is to be approved is more than was asked for. */
  | 'REQUEST_EXCEEDED';

/** Nothing was signed, or what was signed was not taken. */
export class SignerError extends Error {
  override readonly name = 'SignerError';
  /** The code with which the gateway refused. */
  readonly reason: string | undefined;

  constructor(
    readonly code: SignerErrorCode,
    message: string,
    options: ErrorOptions & { readonly reason?: string } = {},
  ) {
    super(message, options);
    this.reason = options.reason;
  }
}
