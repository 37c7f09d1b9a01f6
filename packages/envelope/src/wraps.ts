import { AES_KEY_BYTES, kidOf } from '@careledger/crypto';
import type { Signer, X25519KeyPair } from '@careledger/crypto';
import { EnvelopeError } from './errors.js';
import { TYP, WrapSet } from './formats.js';
import type { Manifest, Wrap } from './formats.js';
import { JWE_ALGORITHMS, decryptJwe, encryptJwe, hasExactly, readJweHeader, readOrUndefined } from './jwe.js';
import { WRAP_SET_MAX_CHARS } from './limits.js';
import { keyCommitment } from './manifest.js';
import { checkDocument, readDocument, signDocument, tokenHash } from './signed-document.js';
import type { DocumentKind, Signers } from './signed-document.js';

export const WRAP_SET: DocumentKind<typeof WrapSet> = {
  typ: TYP.wraps,
  schema: WrapSet,
  maxChars: WRAP_SET_MAX_CHARS,
  malformed: 'WRAP_SET_MALFORMED',
  signerUnknown: 'WRAP_SIGNER_UNKNOWN',
  signatureInvalid: 'WRAP_SIGNATURE_INVALID',
};

const HEADER_MEMBERS = ['alg', 'enc', 'typ', 'kid', 'recordId', 'version', 'epk'];

/** Which content key a wrap holds. */
export type WrapSubject = { readonly recordId: string; readonly version: number };

/** To whom a content key goes. */
export type Recipient = {
  /** Raw X25519 public key, 32 bytes, as registered on the ledger. */
  readonly publicKey: Uint8Array;
  readonly breakGlass?: boolean;
};

/**
 * The content key for one recipient, as a JWE whose protected header names record, version and recipient key.
 * @throws EnvelopeError `RECIPIENT_KEY_INVALID`
 */
export async function wrapKey(
  contentKey: Uint8Array,
  subject: WrapSubject,
  recipient: Recipient,
): Promise<Wrap> {
  const kid = kidOf('X25519', recipient.publicKey);
  const jwe = await encryptJwe(recipient.publicKey, contentKey, wrapHeader(kid, subject));
  return recipient.breakGlass === true ? { kid, jwe, breakGlass: true } : { kid, jwe };
}

export function wrapHeader(kid: string, { recordId, version }: WrapSubject) {
  return { typ: TYP.wrap, kid, recordId, version };
}

/**
 * Signs the wraps of a version: by its author at first store (`seq` 1), later by the patient's gateway key.
 * @throws EnvelopeError `WRAP_SET_MALFORMED`
 */
export function makeWrapSet(
  {
    manifestHash,
    seq = 1,
    wraps,
    recordId,
    version,
  }: WrapSubject & { manifestHash: string; seq?: number; wraps: Wrap[] },
  signer: Signer,
): string {
  return signDocument(WRAP_SET, { v: 1, recordId, version, manifestHash, seq, wraps }, signer);
}

/** Form only, for providers: who is a recipient. @throws EnvelopeError `WRAP_SET_MALFORMED` */
export function readWrapSet(token: string): WrapSet {
  return readDocument(WRAP_SET, token);
}

/**
 * The wrap set belongs to the manifest and is signed by the patient's gateway or the author.
 * @throws EnvelopeError `WRAP_SET_MALFORMED`, `WRAP_SIGNER_UNKNOWN`, `WRAP_SIGNATURE_INVALID`, `WRAP_SET_MISMATCH`
 */
export function checkWrapSet(
  token: string,
  manifestToken: string,
  manifest: Manifest,
  signers: Signers,
): WrapSet {
  const set = checkDocument(WRAP_SET, token, signers);
  const { recordId, version } = manifest.aad;
  if (set.recordId !== recordId || set.version !== version || set.manifestHash !== tokenHash(manifestToken)) {
    throw new EnvelopeError('WRAP_SET_MISMATCH', `The wrap set is not of version ${version} of ${recordId}`);
  }
  return set;
}

/**
 * Finds the recipient's wrap, opens it, and checks that the key is the one that the author committed to.
 * @throws EnvelopeError `NOT_A_RECIPIENT`, `WRAP_HEADER_MISMATCH`, `DECRYPTION_FAILED`, `KEY_COMMITMENT_MISMATCH`
 */
export async function unwrapKey(
  set: WrapSet,
  manifest: Manifest,
  recipientKey: X25519KeyPair,
): Promise<Uint8Array> {
  const wrap = set.wraps.find(({ kid }) => kid === recipientKey.kid);
  if (wrap === undefined) {
    throw new EnvelopeError('NOT_A_RECIPIENT', 'No wrap for this key; ask the patient’s gateway for one');
  }
  assertWrapHeader(wrap, set);
  const contentKey = await decryptJwe(wrap.jwe, recipientKey);
  if (contentKey.length !== AES_KEY_BYTES || keyCommitment(contentKey) !== manifest.keyCommitment) {
    throw new EnvelopeError(
      'KEY_COMMITMENT_MISMATCH',
      'The wrapped key is not the one that the author committed to',
    );
  }
  return contentKey;
}

/** The header is authenticated by the JWE; comparing it stops a wrap of one record from serving for another. */
function assertWrapHeader({ kid, jwe }: Wrap, { recordId, version }: WrapSubject): void {
  const header = readOrUndefined(() => readJweHeader(jwe));
  const expected = { ...JWE_ALGORITHMS, ...wrapHeader(kid, { recordId, version }) };
  const matches =
    header !== undefined &&
    hasExactly(header, HEADER_MEMBERS) &&
    Object.entries(expected).every(([name, value]) => header[name] === value);
  if (!matches) {
    throw new EnvelopeError(
      'WRAP_HEADER_MISMATCH',
      `The wrap is not for version ${version} of ${recordId} and this key`,
    );
  }
}
