import { hmacSha256, sha256, toBase64url, utf8 } from '@careledger/crypto';
import { EnvelopeError } from './portable/errors.js';
import { Manifest, TYP } from './formats.js';
import { MANIFEST_MAX_CHARS } from './limits.js';
import { checkDocument, readDocument, tokenHash } from './signed-document.js';
import type { DocumentKind, Signers } from './signed-document.js';

export const MANIFEST: DocumentKind<typeof Manifest> = {
  typ: TYP.manifest,
  schema: Manifest,
  maxChars: MANIFEST_MAX_CHARS,
  malformed: 'MANIFEST_MALFORMED',
  signerUnknown: 'MANIFEST_SIGNER_UNKNOWN',
  signatureInvalid: 'MANIFEST_SIGNATURE_INVALID',
};

const KEY_COMMITMENT_DOMAIN = utf8('careledger/key-commitment/v1\0');

/** What the reader knows from the ledger. The more of it is given, the less is taken on the provider's word. */
export type ExpectedRecord = {
  readonly recordId: string;
  readonly patientId: string;
  readonly version?: number;
  /** PatientId or AuthorityId of the author. */
  readonly author?: string;
  /** As stored on the ledger: binds the manifest, and through it ciphertext and key. */
  readonly manifestHash?: string;
};

/** Form only, for providers that index what they store. @throws EnvelopeError `MANIFEST_MALFORMED` */
export function readManifest(token: string): Manifest {
  return readDocument(MANIFEST, token);
}

/**
 * The manifest is the ledger's, the author's, and of the record that is asked for.
 * @throws EnvelopeError `MANIFEST_*`, `AAD_MISMATCH`, `VERSION_MISMATCH`
 */
export function checkManifest(token: string, expected: ExpectedRecord, author: Signers): Manifest {
  if (expected.manifestHash !== undefined && tokenHash(token) !== expected.manifestHash) {
    throw new EnvelopeError(
      'MANIFEST_HASH_MISMATCH',
      'The manifest is not the one whose hash the ledger has',
    );
  }
  const manifest = checkDocument(MANIFEST, token, author);
  const { aad } = manifest;
  for (const member of ['recordId', 'patientId', 'author'] as const) {
    if (expected[member] !== undefined && aad[member] !== expected[member]) {
      throw new EnvelopeError(
        'AAD_MISMATCH',
        `The manifest is for ${member} ${aad[member]}, not ${expected[member]}`,
      );
    }
  }
  if (expected.version !== undefined && aad.version !== expected.version) {
    throw new EnvelopeError(
      'VERSION_MISMATCH',
      `The manifest is of version ${aad.version}, not ${expected.version}`,
    );
  }
  return manifest;
}

/** The bytes are those that the author signed for. @throws EnvelopeError `CIPHERTEXT_HASH_MISMATCH` */
export function checkCiphertext(ciphertext: Uint8Array, manifest: Manifest): void {
  if (ciphertext.length !== manifest.size || ciphertextHash(ciphertext) !== manifest.ciphertextSha256) {
    throw new EnvelopeError(
      'CIPHERTEXT_HASH_MISMATCH',
      'The ciphertext is not the one that the author signed for',
    );
  }
}

/** base64url of the SHA-256 of iv ‖ ciphertext ‖ tag. */
export function ciphertextHash(ciphertext: Uint8Array): string {
  return toBase64url(sha256(ciphertext));
}

/**
 * AES-GCM does not commit to its key: one ciphertext can be made that opens to two contents under two keys (Len, Grubbs
 * and Ristenpart 2021). This HMAC does, so that all recipients of a manifest read the same content.
 */
export function keyCommitment(contentKey: Uint8Array): string {
  return toBase64url(hmacSha256(contentKey, KEY_COMMITMENT_DOMAIN));
}
