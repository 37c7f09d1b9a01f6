import { aesGcmOpen } from '@careledger/crypto';
import type { SignatureVerifier, X25519KeyPair } from '@careledger/crypto';
import { EnvelopeError } from './portable/errors.js';
import type { Manifest, WrapSet } from './formats.js';
import { checkCiphertext, checkManifest } from './manifest.js';
import type { ExpectedRecord } from './manifest.js';
import { aadBytes } from './seal-record.js';
import type { WrapSigners } from './acceptance.js';
import { checkWrapSet, openWrap, unwrapKey } from './wraps.js';

/** What a provider hands out, and who is to be believed about it. */
export type SealedParts = {
  readonly manifest: string;
  readonly wrapSet: string;
  readonly expected: ExpectedRecord;
  /** Raw Ed25519 keys registered for the author, former ones included. */
  readonly authorKeys: readonly Uint8Array[];
  /** Who may have signed the wrap set. */
  readonly wrapSigners: WrapSigners;
  readonly verifier: SignatureVerifier;
};

export type OpenedRecord = {
  readonly content: Uint8Array;
  readonly manifest: Manifest;
  readonly wrapSet: WrapSet;
};

/**
 * Opens a record and takes nothing on the provider's word:
 * the manifest is the author's and of the record asked for; the wraps are of that manifest and signed by whom the
 * patient trusts; the ciphertext is the one signed for; the key is the one committed to; the content authenticates
 * with the AAD.
 * @throws EnvelopeError with the code of the first check that fails
 */
export async function openRecord(
  parts: SealedParts & {
    /** The recipient's wrap, compact JWE. */
    readonly wrap: string;
    readonly ciphertext: Uint8Array;
    readonly recipientKey: X25519KeyPair;
  },
): Promise<OpenedRecord> {
  const { manifest, wrapSet } = checkParts(parts);
  checkCiphertext(parts.ciphertext, manifest);
  const contentKey = await unwrapKey(parts.wrap, wrapSet, manifest, parts.recipientKey);
  return { content: openContent(contentKey, parts.ciphertext, manifest), manifest, wrapSet };
}

/** What a direct notice carries of a record: manifest, ciphertext and the recipient's wrap, without a wrap set. */
export type NoticeParts = Omit<SealedParts, 'wrapSet' | 'wrapSigners'> & {
  readonly wrap: string;
  readonly ciphertext: Uint8Array;
  readonly recipientKey: X25519KeyPair;
};

/**
 * Opens the record of a direct notice: as {@link openRecord}, but the notice's own signature stands for the wrap.
 * @throws EnvelopeError with the code of the first check that fails
 */
export async function openNoticeRecord(
  parts: NoticeParts,
): Promise<{ readonly content: Uint8Array; readonly manifest: Manifest }> {
  const { verifier, recipientKey, ciphertext } = parts;
  const manifest = checkManifest(parts.manifest, parts.expected, { keys: parts.authorKeys, verifier });
  checkCiphertext(ciphertext, manifest);
  const contentKey = await openWrap(parts.wrap, manifest.aad, manifest, recipientKey);
  return { content: openContent(contentKey, ciphertext, manifest), manifest };
}

function openContent(contentKey: Uint8Array, ciphertext: Uint8Array, manifest: Manifest): Uint8Array {
  const content = aesGcmOpen(contentKey, ciphertext, aadBytes(manifest.aad));
  if (content === undefined) {
    throw new EnvelopeError(
      'DECRYPTION_FAILED',
      'The content does not authenticate: the author sealed it otherwise',
    );
  }
  return content;
}

/** The checks that need no private key; a provider or an auditor can make them too. */
export function checkParts(parts: SealedParts): { manifest: Manifest; wrapSet: WrapSet } {
  const { verifier } = parts;
  const manifest = checkManifest(parts.manifest, parts.expected, { keys: parts.authorKeys, verifier });
  const wrapSet = checkWrapSet(parts.wrapSet, parts.manifest, manifest, { ...parts.wrapSigners, verifier });
  return { manifest, wrapSet };
}
