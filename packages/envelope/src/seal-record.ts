import { randomBytes } from 'node:crypto';
import {
  AES_KEY_BYTES,
  GCM_IV_BYTES,
  GCM_TAG_BYTES,
  aesGcmSeal,
  canonicalJson,
  utf8,
} from '@careledger/crypto';
import type { Signer } from '@careledger/crypto';
import { RECORD_MAX_BYTES } from '@careledger/domain';
import { EnvelopeError } from './portable/errors.js';
import type { RecordAad } from './formats.js';
import { MANIFEST, ciphertextHash, keyCommitment } from './manifest.js';
import { signDocument, tokenHash } from './signed-document.js';

/** Content and what is bound to it. */
export type RecordToSeal = { readonly content: Uint8Array; readonly aad: RecordAad };

/** Persist ciphertext and manifest together before any network call: sealing again would make another record. */
export type SealedRecord = {
  /** iv ‖ AES-256-GCM ciphertext ‖ tag. */
  readonly ciphertext: Uint8Array;
  /** Compact JWS of type `careledger.manifest+jws`. */
  readonly manifest: string;
  readonly manifestHash: string;
  readonly ciphertextSha256: string;
  /** The 32-byte secret: wrap it to the recipients, then forget it. */
  readonly contentKey: Uint8Array;
};

/**
 * Encrypts a version of a record under a fresh key and signs its manifest as its author.
 * @throws EnvelopeError `CONTENT_TOO_LARGE`, `MANIFEST_MALFORMED` (an AAD that no reader would accept)
 */
export function sealRecord({ content, aad }: RecordToSeal, author: Signer): SealedRecord {
  const size = GCM_IV_BYTES + content.length + GCM_TAG_BYTES;
  if (size > RECORD_MAX_BYTES) {
    throw new EnvelopeError(
      'CONTENT_TOO_LARGE',
      `A record of ${size} bytes; ${RECORD_MAX_BYTES} are the limit`,
    );
  }
  const contentKey = randomBytes(AES_KEY_BYTES);
  const ciphertext = aesGcmSeal(contentKey, content, aadBytes(aad));
  const ciphertextSha256 = ciphertextHash(ciphertext);
  const payload = { aad, ciphertextSha256, keyCommitment: keyCommitment(contentKey), size };
  const manifest = signDocument(MANIFEST, payload, author);
  return { ciphertext, manifest, manifestHash: tokenHash(manifest), ciphertextSha256, contentKey };
}

/** Additional authenticated data: the canonical JSON (RFC 8785) of the AAD object. */
export function aadBytes(aad: RecordAad): Uint8Array {
  return utf8(canonicalJson(aad));
}
