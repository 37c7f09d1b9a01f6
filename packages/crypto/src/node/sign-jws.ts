import { CryptoError, MAX_JWS_BYTES, canonicalJson, toBase64url, utf8 } from '../portable/index.js';
import type { JsonObject } from '../portable/index.js';
import type { Signer } from './signer.js';

/**
 * A compact JWS with header `{alg:"EdDSA",kid,typ}` in canonical JSON. A payload given as an object is written as
 * canonical JSON (RFC 8785); bytes are taken as they are.
 * @throws CryptoError `JSON_NOT_CANONICALIZABLE`, `JWS_TOO_LARGE`
 */
export function signJws(
  {
    typ,
    payload,
    maxBytes = MAX_JWS_BYTES,
  }: { typ: string; payload: JsonObject | Uint8Array; maxBytes?: number },
  signer: Signer,
): string {
  const header = canonicalJson({ alg: 'EdDSA', kid: signer.kid, typ });
  const body = payload instanceof Uint8Array ? payload : utf8(canonicalJson(payload));
  const signingInput = `${toBase64url(utf8(header))}.${toBase64url(body)}`;
  const token = `${signingInput}.${toBase64url(signer.sign(utf8(signingInput)))}`;
  if (token.length > maxBytes) {
    throw new CryptoError(
      'JWS_TOO_LARGE',
      `A JWS of ${token.length} bytes, at most ${maxBytes} would be accepted`,
    );
  }
  return token;
}
