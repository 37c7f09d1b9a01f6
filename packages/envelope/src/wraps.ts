import { AES_KEY_BYTES, fromBase64url, kidOf } from '@careledger/crypto';
import type { JsonObject, SignatureVerifier, Signer, X25519KeyPair } from '@careledger/crypto';
import { checkFormerSigner } from './acceptance.js';
import type { WrapSigners } from './acceptance.js';
import { EnvelopeError } from './portable/errors.js';
import { TYP, WrapSet } from './formats.js';
import type { Manifest, Wrap } from './formats.js';
import { decryptJwe, encryptJwe, hasExactly, readJweHeader, readOrUndefined } from './jwe.js';
import { JWE_ALGORITHMS } from './portable/seal-to-one.js';
import { WRAP_MAX_CHARS, WRAP_SET_MAX_CHARS } from './limits.js';
import { keyCommitment } from './manifest.js';
import { checkDocument, readDocument, signDocument, signerKid, tokenHash } from './signed-document.js';
import type { DocumentKind } from './signed-document.js';

const WRAP_SET: DocumentKind<typeof WrapSet> = {
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
  const jwe = encryptJwe(recipient.publicKey, contentKey, wrapHeader(kid, subject));
  return recipient.breakGlass === true ? { kid, jwe, breakGlass: true } : { kid, jwe };
}

function wrapHeader(kid: string, { recordId, version }: WrapSubject) {
  return { typ: TYP.wrap, kid, recordId, version };
}

/** What a wrap set says of a wrap: base64url of SHA-256 over the ASCII of the JWE. */
export const wrapHash = (jwe: string): string => tokenHash(jwe);

/**
 * Signs the wraps of a version, in their order: by its author at first store (`seq` 1), later by the patient's gateway
 * key.
 * @throws EnvelopeError `WRAP_SET_MALFORMED`
 */
export function makeWrapSet(
  {
    manifestHash,
    seq = 1,
    wraps,
    recordId,
    version,
  }: WrapSubject & { manifestHash: string; seq?: number; wraps: readonly Wrap[] },
  signer: Signer,
): string {
  const signed = wraps.map(({ jwe, breakGlass }) => ({
    sha256: wrapHash(jwe),
    ...(breakGlass === true && { breakGlass }),
  }));
  return signDocument(WRAP_SET, { v: 2, recordId, version, manifestHash, seq, wraps: signed }, signer);
}

/** Form only, for providers: how many there are, and which number it has. @throws EnvelopeError `WRAP_SET_MALFORMED` */
export function readWrapSet(token: string): WrapSet {
  return readDocument(WRAP_SET, token);
}

/**
 * Form only: for whom a wrap is, and of what, by its header, which the JWE authenticates.
 * @throws EnvelopeError `WRAP_HEADER_MISMATCH`
 */
export function readWrap(jwe: string): WrapSubject & { readonly kid: string } {
  const header = jwe.length <= WRAP_MAX_CHARS ? headerOf(jwe) : undefined;
  const { kid, recordId, version } = header ?? {};
  if (typeof kid === 'string' && typeof recordId === 'string' && typeof version === 'number') {
    assertWrapHeader(header, kid, { recordId, version });
    return { kid, recordId, version };
  }
  throw new EnvelopeError('WRAP_HEADER_MISMATCH', 'Not a wrap: its header names no key, record and version');
}

/**
 * The wraps are exactly those that the set signs for, in its order, all of its version and each for another key.
 * Resolves to them with the keys that their headers name.
 * @param jwes compact JWEs as they came beside the set
 * @throws EnvelopeError `WRAP_MISMATCH`, `WRAP_HEADER_MISMATCH`
 */
export function matchWraps(set: WrapSet, jwes: readonly string[]): Wrap[] {
  if (jwes.length !== set.wraps.length)
    throw new EnvelopeError(
      'WRAP_MISMATCH',
      `The set is of ${set.wraps.length} wraps, ${jwes.length} came with it`,
    );
  const kids = new Set<string>();
  return set.wraps.map(({ sha256, breakGlass }, index) => {
    const jwe = jwes[index] ?? '';
    if (wrapHash(jwe) !== sha256)
      throw new EnvelopeError('WRAP_MISMATCH', `Wrap ${index} is not the one that the set signs for`);
    const { kid, ...subject } = readWrap(jwe);
    if (subject.recordId !== set.recordId || subject.version !== set.version) throw otherWrap(set);
    if (kids.has(kid)) throw new EnvelopeError('WRAP_MISMATCH', `Wrap ${index} is a second one for its key`);
    kids.add(kid);
    return breakGlass === true ? { kid, jwe, breakGlass } : { kid, jwe };
  });
}

/**
 * The wrap set belongs to the manifest, and who may sign it did: the record's author the first one, the patient's
 * gateway each later one.
 * @throws EnvelopeError `WRAP_SET_MALFORMED`, `WRAP_SIGNER_UNKNOWN`, `WRAP_SIGNER_RETIRED`, `WRAP_SIGNATURE_INVALID`,
 * `WRAP_SET_MISMATCH`
 */
export function checkWrapSet(
  token: string,
  manifestToken: string,
  manifest: Manifest,
  signers: WrapSigners & { readonly verifier: SignatureVerifier },
): WrapSet {
  const { verifier } = signers;
  const periodsOf = ({ seq }: WrapSet) => (seq === 1 ? signers.author : signers.gateway);
  const set = checkDocument(WRAP_SET, token, (read) => ({
    keys: periodsOf(read).map(({ key }) => fromBase64url(key)),
    verifier,
  }));
  const { recordId, version } = manifest.aad;
  if (set.recordId !== recordId || set.version !== version || set.manifestHash !== tokenHash(manifestToken)) {
    throw new EnvelopeError('WRAP_SET_MISMATCH', `The wrap set is not of version ${version} of ${recordId}`);
  }
  const periods = periodsOf(set);
  if (periods.every(({ until }) => until === undefined)) return set;
  const period = periods.find(({ key }) => kidOf('Ed25519', fromBase64url(key)) === signerKid(token));
  if (period?.until !== undefined) checkFormerSigner(token, set, period, signers);
  return set;
}

/**
 * Opens the recipient's wrap, which must be one of the set's, and checks that the key is the one that the author
 * committed to.
 * @throws EnvelopeError `NOT_A_RECIPIENT`, `WRAP_MISMATCH`, `WRAP_HEADER_MISMATCH`, `DECRYPTION_FAILED`,
 * `KEY_COMMITMENT_MISMATCH`
 */
export async function unwrapKey(
  jwe: string,
  set: WrapSet,
  manifest: Pick<Manifest, 'keyCommitment'>,
  recipientKey: X25519KeyPair,
): Promise<Uint8Array> {
  if (readWrap(jwe).kid !== recipientKey.kid)
    throw new EnvelopeError('NOT_A_RECIPIENT', 'No wrap for this key; ask the patient’s gateway for one');
  const sha256 = wrapHash(jwe);
  if (!set.wraps.some((wrap) => wrap.sha256 === sha256))
    throw new EnvelopeError('WRAP_MISMATCH', 'The wrap is none of those that the set signs for');
  return openWrap(jwe, set, manifest, recipientKey);
}

/**
 * Opens a wrap that comes without its set, as in a direct notice, where the signed statement stands for it.
 * @throws EnvelopeError `WRAP_HEADER_MISMATCH`, `DECRYPTION_FAILED`, `KEY_COMMITMENT_MISMATCH`
 */
export async function openWrap(
  jwe: string,
  subject: WrapSubject,
  manifest: Pick<Manifest, 'keyCommitment'>,
  recipientKey: X25519KeyPair,
): Promise<Uint8Array> {
  assertWrapHeader(headerOf(jwe), recipientKey.kid, subject);
  const contentKey = decryptJwe(jwe, recipientKey);
  if (contentKey.length !== AES_KEY_BYTES || keyCommitment(contentKey) !== manifest.keyCommitment) {
    throw new EnvelopeError(
      'KEY_COMMITMENT_MISMATCH',
      'The wrapped key is not the one that the author committed to',
    );
  }
  return contentKey;
}

const headerOf = (jwe: string): JsonObject | undefined => readOrUndefined(() => readJweHeader(jwe));

/** The header is authenticated by the JWE; comparing it stops a wrap of one record from serving for another. */
function assertWrapHeader(header: JsonObject | undefined, kid: string, subject: WrapSubject): void {
  const expected = { ...JWE_ALGORITHMS, ...wrapHeader(kid, subject) };
  const matches =
    header !== undefined &&
    hasExactly(header, HEADER_MEMBERS) &&
    Object.entries(expected).every(([name, value]) => header[name] === value);
  if (!matches) throw otherWrap(subject);
}

const otherWrap = ({ recordId, version }: WrapSubject): EnvelopeError =>
  new EnvelopeError(
    'WRAP_HEADER_MISMATCH',
    `The wrap is not for version ${version} of ${recordId} and this key`,
  );
