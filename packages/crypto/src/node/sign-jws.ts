import { MAX_JWS_BYTES, compactJws, jwsSigningInput, utf8 } from '../portable/index.js';
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
  const signingInput = jwsSigningInput({ typ, kid: signer.kid, payload });
  return compactJws(signingInput, signer.sign(utf8(signingInput)), maxBytes);
}
