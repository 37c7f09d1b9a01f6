import type { SignatureVerifier, Signer } from '@careledger/crypto';
import { EnvelopeError } from './portable/errors.js';
import { TYP, WrapsAcceptance } from './formats.js';
import type { WrapSet } from './formats.js';
import { RECEIPT_MAX_CHARS } from './limits.js';
import { checkDocument, signDocument, tokenHash } from './signed-document.js';
import type { DocumentKind } from './signed-document.js';

/** A signing key and how long it was current, as the ledger has it; `until` is absent while it is. */
export type SigningPeriod = { readonly key: string; readonly from: string; readonly until?: string };

/** Who may have signed a wrap set, by the ledger, and what tells of former ones. */
export type WrapSigners = {
  /** Of the version's author: signs the first set. For a patient's record, the gateway keys. */
  readonly author: readonly SigningPeriod[];
  /** Of the patient's gateway: signs every later set. */
  readonly gateway: readonly SigningPeriod[];
  /** The provider's acceptance, and its raw Ed25519 keys, former ones included. */
  readonly acceptance?: { readonly token: string; readonly keys: readonly Uint8Array[] };
};

const ACCEPTANCE: DocumentKind<typeof WrapsAcceptance> = {
  typ: TYP.wrapsAcceptance,
  schema: WrapsAcceptance,
  maxChars: RECEIPT_MAX_CHARS,
  malformed: 'WRAP_SIGNER_RETIRED',
  signerUnknown: 'WRAP_SIGNER_RETIRED',
  signatureInvalid: 'WRAP_SIGNER_RETIRED',
};

/** A provider signs that it took a wrap set whose signer was current at its peer. @throws EnvelopeError */
export function makeWrapsAcceptance(
  {
    wrapSet,
    set,
    provider,
    acceptedAt,
  }: { wrapSet: string; set: WrapSet; provider: string; acceptedAt: string },
  signer: Signer,
): string {
  const { recordId, version, manifestHash, seq } = set;
  const wrapSetHash = tokenHash(wrapSet);
  return signDocument(
    ACCEPTANCE,
    { recordId, version, manifestHash, seq, wrapSetHash, provider, acceptedAt },
    signer,
  );
}

/**
 * A key that was rotated away may be in a thief's hands: a set signed by it counts only if a provider signed that it took
 * this very set while the key was current.
 * @throws EnvelopeError `WRAP_SIGNER_RETIRED`
 */
export function checkFormerSigner(
  wrapSet: string,
  set: WrapSet,
  { from, until }: SigningPeriod,
  { acceptance, verifier }: Pick<WrapSigners, 'acceptance'> & { readonly verifier: SignatureVerifier },
): void {
  if (acceptance === undefined) throw retired('no provider says when it took the set');
  const accepted = checkDocument(ACCEPTANCE, acceptance.token, { keys: acceptance.keys, verifier });
  if (accepted.wrapSetHash !== tokenHash(wrapSet) || accepted.seq !== set.seq)
    throw retired('the acceptance is of another set');
  const atMs = Date.parse(accepted.acceptedAt);
  if (atMs < Date.parse(from) || (until !== undefined && atMs >= Date.parse(until)))
    throw retired('the key was not current when the provider took the set');
}

const retired = (why: string): EnvelopeError =>
  new EnvelopeError('WRAP_SIGNER_RETIRED', `The wrap set is signed by a former key: ${why}`);
