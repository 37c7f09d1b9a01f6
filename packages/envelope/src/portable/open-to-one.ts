import { jwkThumbprint, toBase64url } from '@careledger/crypto/portable';
import type { HashFunction } from '@careledger/crypto/portable';
import { compactDecrypt } from 'jose';
import { EnvelopeError } from './errors.js';
import { JWE_ALGORITHMS, SEALED_TYP } from './seal-to-one.js';

/** An X25519 key pair, raw. */
export interface OpeningKey {
  readonly publicKey: Uint8Array;
  readonly privateKey: Uint8Array;
}

/**
 * Opens what `sealToOne` made, where there is no Node: in the patient's browser as well.
 * @throws EnvelopeError `SEALED_MALFORMED`, `SEALED_CONTEXT_MISMATCH`, `NOT_A_RECIPIENT`, `DECRYPTION_FAILED`
 */
export async function openToOne(
  sealed: string,
  { publicKey, privateKey }: OpeningKey,
  { context, hash }: { readonly context: string; readonly hash: HashFunction },
): Promise<Uint8Array> {
  const jwk = { kty: 'OKP', crv: 'X25519', x: toBase64url(publicKey), d: toBase64url(privateKey) };
  let opened: Awaited<ReturnType<typeof compactDecrypt>>;
  try {
    opened = await compactDecrypt(sealed, jwk, {
      keyManagementAlgorithms: [JWE_ALGORITHMS.alg],
      contentEncryptionAlgorithms: [JWE_ALGORITHMS.enc],
    });
  } catch (cause) {
    throw new EnvelopeError('DECRYPTION_FAILED', 'The blob does not open with this key', { cause });
  }
  // Authenticated by then: whoever sealed it said so.
  const { typ, ctx, kid } = opened.protectedHeader;
  if (typ !== SEALED_TYP || ctx !== context)
    throw new EnvelopeError('SEALED_CONTEXT_MISMATCH', `The blob is not a sealed ${context}`);
  if (kid !== jwkThumbprint('X25519', publicKey, hash))
    throw new EnvelopeError('NOT_A_RECIPIENT', 'The blob names another key');
  return opened.plaintext;
}
