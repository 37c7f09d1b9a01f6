/** Why a token of an issuer is not taken. */
export type TokenRefusalReason =
  | 'TOKEN_MALFORMED'
  | 'ISSUER_UNKNOWN'
  | 'ALGORITHM_REFUSED'
  | 'KEY_UNKNOWN'
  | 'SIGNATURE_INVALID'
  | 'AUDIENCE_MISMATCH'
  | 'TOKEN_EXPIRED'
  | 'TOKEN_NOT_YET_VALID'
  | 'CLAIM_MISSING'
  | 'CLAIM_INVALID'
  | 'ROLE_UNKNOWN'
  | 'ORGANISATION_MISMATCH';

/** A token is not taken, whoever sends it. */
export class TokenRefusal extends Error {
  override readonly name = 'TokenRefusal';
  constructor(
    readonly reason: TokenRefusalReason,
    detail: string,
    options?: ErrorOptions,
  ) {
    super(detail, options);
  }
}

/** Nobody can tell now whether a token is good: its issuer is away, and no keys of it are at hand. */
export class IssuerUnavailable extends Error {
  override readonly name = 'IssuerUnavailable';
  /** @param retryAfterS when its issuer is asked again */
  constructor(
    detail: string,
    readonly retryAfterS: number,
    options?: ErrorOptions,
  ) {
    super(detail, options);
  }
}
