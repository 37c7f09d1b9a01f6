export { CryptoError } from './errors.js';
export type { CryptoErrorCode } from './errors.js';
export { fromBase64url, toBase64url } from './base64url.js';
export { concatBytes, equalBytes, fromBase32, fromHex, fromUtf8, toBase32, toHex, utf8 } from './bytes.js';
export { MAX_JSON_DEPTH, canonicalJson, isJsonObject, parseJson, parseJsonObject } from './json.js';
export type { JsonObject } from './json.js';
export {
  ED25519_PUBLIC_KEY_BYTES,
  ED25519_SIGNATURE_BYTES,
  ed25519Acceptable,
  ed25519KeyAcceptable,
  ed25519SignatureAcceptable,
} from './ed25519-rule.js';
export { KID_PATTERN, isKid, jwkThumbprint } from './kid.js';
export type { OkpCurve } from './kid.js';
export { MAX_JWS_BYTES, parseJws, readJwsPayload, verifyJws } from './jws.js';
export type { JwsHeader, ParsedJws } from './jws.js';
export type { HashFunction, SignatureVerifier } from './verifier.js';
