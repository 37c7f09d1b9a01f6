/** Everything this package refuses, one code each. */
export type CryptoErrorCode =
  | 'BASE64URL_INVALID'
  | 'BASE32_INVALID'
  | 'HEX_INVALID'
  | 'UTF8_INVALID'
  | 'JSON_INVALID'
  | 'JSON_DUPLICATE_KEY'
  | 'JSON_NOT_CANONICALIZABLE'
  | 'JWS_MALFORMED'
  | 'JWS_TOO_LARGE'
  | 'JWS_HEADER_INVALID'
  | 'JWS_ALGORITHM_REFUSED'
  | 'KEY_INVALID'
  | 'KEY_NOT_FOUND'
  | 'KEY_EXISTS'
  | 'KEY_STORE_LOCKED'
  | 'KEY_STORE_CORRUPT'
  | 'KEY_STORE_CLOSED'
  | 'SECRET_SHARES_INVALID'
  | 'SIGNATURE_MALFORMED'
  | 'VERIFIER_UNSOUND';

/** Bytes, keys or tokens that are not what the formats in `spec/crypto.md` allow. */
export class CryptoError extends Error {
  override readonly name = 'CryptoError';

  constructor(
    readonly code: CryptoErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
