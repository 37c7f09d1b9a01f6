import { jwkThumbprint, toBase64url } from '@careledger/crypto/portable';
import type { HashFunction } from '@careledger/crypto/portable';
import { CompactEncrypt } from 'jose';
import { EnvelopeError } from './errors.js';

/** RFC 7518 sections 4.6 and 5.3: direct key agreement over X25519 (RFC 8037 section 3.2), then AES-256-GCM. */
export const JWE_ALGORITHMS = { alg: 'ECDH-ES', enc: 'A256GCM' } as const;
/** `typ` of a sealed blob. */
export const SEALED_TYP = 'careledger.sealed+jwe';

/**
 * Small data for one X25519 key (raw 32 bytes), as it stands within a statement: a compact JWE. `context` says what it is,
 * and is authenticated.
 * @throws EnvelopeError `RECIPIENT_KEY_INVALID`
 */
export async function sealToOne(
  publicKey: Uint8Array,
  data: Uint8Array,
  { context, hash }: { readonly context: string; readonly hash: HashFunction },
): Promise<string> {
  const kid = jwkThumbprint('X25519', publicKey, hash);
  const header = { ...JWE_ALGORITHMS, typ: SEALED_TYP, kid, ctx: context };
  const jwe = new CompactEncrypt(data).setProtectedHeader(header);
  try {
    return await jwe.encrypt({ kty: 'OKP', crv: 'X25519', x: toBase64url(publicKey) });
  } catch (cause) {
    throw new EnvelopeError('RECIPIENT_KEY_INVALID', 'The recipient’s key is no usable X25519 key', {
      cause,
    });
  }
}
