import { toBase64url } from './base64url.js';
import { utf8 } from './bytes.js';
import type { HashFunction } from './verifier.js';

/** The two curves of RFC 8037 that careledger uses: Ed25519 signs, X25519 opens. */
export type OkpCurve = 'Ed25519' | 'X25519';

/** base64url of a SHA-256: 43 characters. */
export const KID_PATTERN = '^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$';
const KID = new RegExp(KID_PATTERN);

export function isKid(text: unknown): text is string {
  return typeof text === 'string' && KID.test(text);
}

/**
 * Key ID: RFC 7638 thumbprint (SHA-256, base64url) of the RFC 8037 OKP JWK of the raw 32-byte public key.
 * RFC 7638 section 3.2 fixes members and order, so no JSON library is involved.
 */
export function jwkThumbprint(curve: OkpCurve, publicKey: Uint8Array, sha256: HashFunction): string {
  return toBase64url(sha256(utf8(`{"crv":"${curve}","kty":"OKP","x":"${toBase64url(publicKey)}"}`)));
}
