import {
  CryptoError,
  kidOf,
  parseJws,
  readJwsPayload,
  sha256,
  signJws,
  toBase64url,
  utf8,
  verifyJws,
} from '@careledger/crypto';
import type { JsonObject, ParsedJws, SignatureVerifier, Signer } from '@careledger/crypto';
import { compiled } from '@careledger/domain/compiled';
import type { Static, TSchema } from 'typebox';
import { EnvelopeError } from './portable/errors.js';
import type { EnvelopeErrorCode } from './portable/errors.js';

/** One kind of signed document: its type, form, bound, and how its refusals are called. */
export type DocumentKind<S extends TSchema> = {
  readonly typ: string;
  readonly schema: S;
  readonly maxChars: number;
  readonly malformed: EnvelopeErrorCode;
  readonly signerUnknown: EnvelopeErrorCode;
  readonly signatureInvalid: EnvelopeErrorCode;
};

/** Who may have signed: raw Ed25519 public keys, also those that were current when it was signed and are not now. */
export type Signers = { readonly keys: readonly Uint8Array[]; readonly verifier: SignatureVerifier };

/** base64url of SHA-256 over the ASCII of a token: `manifestHash`, `prevVersionHash`. */
export function tokenHash(token: string): string {
  return toBase64url(sha256(utf8(token)));
}

export function signDocument<S extends TSchema>(
  kind: DocumentKind<S>,
  payload: Static<S> & JsonObject,
  signer: Signer,
): string {
  assertForm(kind, payload);
  return signJws({ typ: kind.typ, payload, maxBytes: kind.maxChars }, signer);
}

/** Form only. @throws EnvelopeError with the kind's `malformed` */
export function readDocument<S extends TSchema>(kind: DocumentKind<S>, token: string): Static<S> {
  return parse(kind, token).payload;
}

/** Thumbprint of the key that a well-formed document names as its signer. */
export const signerKid = (token: string): string => parseJws(token).header.kid;

/**
 * Form, type, signer, signature.
 * @param signers who they are, or who they are by what the document says
 * @throws EnvelopeError with the kind's codes
 */
export function checkDocument<S extends TSchema>(
  kind: DocumentKind<S>,
  token: string,
  signers: Signers | ((payload: Static<S>) => Signers),
): Static<S> {
  const { jws, payload } = parse(kind, token);
  const { keys, verifier } = typeof signers === 'function' ? signers(payload) : signers;
  const key = keys.find((candidate) => kidOf('Ed25519', candidate) === jws.header.kid);
  if (key === undefined) {
    throw new EnvelopeError(
      kind.signerUnknown,
      `The ${kind.typ} is signed by a key that is not among the accepted ones`,
    );
  }
  if (!verifyJws(jws, key, verifier)) {
    throw new EnvelopeError(kind.signatureInvalid, `The signature of the ${kind.typ} does not verify`);
  }
  return payload;
}

function parse<S extends TSchema>(
  kind: DocumentKind<S>,
  token: string,
): { jws: ParsedJws; payload: Static<S> } {
  const { jws, payload } = readToken(kind, token);
  if (jws.header.typ !== kind.typ) {
    throw new EnvelopeError(kind.malformed, `Expected a ${kind.typ}, not a ${jws.header.typ}`);
  }
  assertForm(kind, payload);
  return { jws, payload };
}

function readToken<S extends TSchema>(
  kind: DocumentKind<S>,
  token: string,
): { jws: ParsedJws; payload: unknown } {
  try {
    const jws = parseJws(token, { maxBytes: kind.maxChars });
    return { jws, payload: readJwsPayload(jws) };
  } catch (cause) {
    if (!(cause instanceof CryptoError)) throw cause;
    throw new EnvelopeError(kind.malformed, `Not a ${kind.typ}: ${cause.message}`, { cause });
  }
}

function assertForm<S extends TSchema>(
  kind: DocumentKind<S>,
  payload: unknown,
): asserts payload is Static<S> {
  const validator = compiled(kind.schema);
  if (validator.Check(payload)) return;
  const [first] = validator.Errors(payload);
  throw new EnvelopeError(
    kind.malformed,
    `Not a ${kind.typ}: ${first?.instancePath || 'it'} ${first?.message}`,
  );
}
