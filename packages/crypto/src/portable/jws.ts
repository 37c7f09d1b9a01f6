import { fromBase64url, toBase64url } from './base64url.js';
import { utf8 } from './bytes.js';
import { CryptoError } from './errors.js';
import { canonicalJson, parseJsonObject } from './json.js';
import type { JsonObject } from './json.js';
import { isKid } from './kid.js';
import { ED25519_SIGNATURE_BYTES } from './ed25519-rule.js';
import type { SignatureVerifier } from './verifier.js';

/** The only header we make or accept: exactly these members (RFC 7515 section 4, RFC 8037 section 3.1). */
export type JwsHeader = { readonly alg: 'EdDSA'; readonly typ: string; readonly kid: string };

/** A JWS in compact serialisation, taken apart; nothing is verified yet. */
export type ParsedJws = {
  readonly header: JwsHeader;
  readonly payload: Uint8Array;
  /** ASCII of `header.payload` as received: what the signature covers. */
  readonly signingInput: Uint8Array;
  readonly signature: Uint8Array;
};

/** Largest token accepted unless the caller names another limit: the size of an MQTT frame. */
export const MAX_JWS_BYTES = 65_536;
const MAX_JWS_HEADER_CHARACTERS = 512;
const SIGNATURE_CHARACTERS = Math.ceil((ED25519_SIGNATURE_BYTES * 4) / 3);
/** The characters of a media type's subtype (RFC 6838 section 4.2). */
const TYP = /^[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,63}$/;

const asciiEncoder = new TextEncoder();

/**
 * What is signed of a JWS, `header.payload`: header `{alg:"EdDSA",kid,typ}` in canonical JSON. A payload given as an
 * object is written as canonical JSON (RFC 8785); bytes are taken as they are.
 * @throws CryptoError `JSON_NOT_CANONICALIZABLE`
 */
export function jwsSigningInput({
  typ,
  kid,
  payload,
}: {
  readonly typ: string;
  readonly kid: string;
  readonly payload: JsonObject | Uint8Array;
}): string {
  const header = canonicalJson({ alg: 'EdDSA', kid, typ });
  const body = payload instanceof Uint8Array ? payload : utf8(canonicalJson(payload));
  return `${toBase64url(utf8(header))}.${toBase64url(body)}`;
}

/** The token of {@link jwsSigningInput} and its signature. @throws CryptoError `JWS_TOO_LARGE` */
export function compactJws(signingInput: string, signature: Uint8Array, maxBytes = MAX_JWS_BYTES): string {
  const token = `${signingInput}.${toBase64url(signature)}`;
  if (token.length > maxBytes) {
    throw new CryptoError(
      'JWS_TOO_LARGE',
      `A JWS of ${token.length} bytes, at most ${maxBytes} would be accepted`,
    );
  }
  return token;
}

/**
 * Takes a compact JWS apart: three strict base64url parts, header exactly `{alg:"EdDSA",typ,kid}`.
 * The payload is left as bytes; {@link readJwsPayload} reads it as JSON.
 * @throws CryptoError `JWS_TOO_LARGE`, `JWS_MALFORMED`, `JWS_HEADER_INVALID`, `JWS_ALGORITHM_REFUSED`
 */
export function parseJws(token: string, { maxBytes = MAX_JWS_BYTES }: { maxBytes?: number } = {}): ParsedJws {
  if (token.length > maxBytes) {
    throw new CryptoError(
      'JWS_TOO_LARGE',
      `A JWS of ${token.length} bytes, at most ${maxBytes} are accepted`,
    );
  }
  const headerEnd = token.indexOf('.');
  const payloadEnd = token.lastIndexOf('.');
  if (headerEnd <= 0 || payloadEnd === headerEnd || token.indexOf('.', headerEnd + 1) !== payloadEnd) {
    throw new CryptoError('JWS_MALFORMED', 'A compact JWS has exactly three parts, header.payload.signature');
  }
  if (headerEnd > MAX_JWS_HEADER_CHARACTERS) {
    throw new CryptoError(
      'JWS_TOO_LARGE',
      `A JWS header of more than ${MAX_JWS_HEADER_CHARACTERS} characters`,
    );
  }
  // The header first: a token without a signature and alg "none" is named for what it is.
  const header = readHeader(token.slice(0, headerEnd));
  if (token.length - payloadEnd - 1 !== SIGNATURE_CHARACTERS) {
    throw new CryptoError('JWS_MALFORMED', `An Ed25519 signature has ${ED25519_SIGNATURE_BYTES} bytes`);
  }
  return {
    header,
    payload: decodePart(token.slice(headerEnd + 1, payloadEnd)),
    signature: decodePart(token.slice(payloadEnd + 1)),
    signingInput: asciiEncoder.encode(token.slice(0, payloadEnd)),
  };
}

/**
 * The payload as a JSON object: strict UTF-8, no duplicate names, bounded depth.
 * @throws CryptoError `UTF8_INVALID`, `JSON_INVALID`, `JSON_DUPLICATE_KEY`
 */
export function readJwsPayload(jws: ParsedJws): JsonObject {
  return parseJsonObject(jws.payload);
}

/** Whether the token was signed with `publicKey` (raw 32 bytes). The caller chose the key by `kid` and its own records. */
export function verifyJws(jws: ParsedJws, publicKey: Uint8Array, verifier: SignatureVerifier): boolean {
  return verifier.verify(publicKey, jws.signingInput, jws.signature);
}

function decodePart(part: string): Uint8Array {
  try {
    return fromBase64url(part);
  } catch (cause) {
    throw new CryptoError('JWS_MALFORMED', 'A part of the JWS is not strict base64url', { cause });
  }
}

function readHeader(encoded: string): JwsHeader {
  const bytes = decodePart(encoded);
  let members: JsonObject;
  try {
    members = parseJsonObject(bytes);
  } catch (cause) {
    throw new CryptoError('JWS_HEADER_INVALID', 'The JWS header is not a JSON object', { cause });
  }
  const { alg, typ, kid } = members;
  if (alg !== 'EdDSA')
    throw new CryptoError('JWS_ALGORITHM_REFUSED', 'The only JWS algorithm accepted is EdDSA');
  // No `jwk`, `x5u` or `crit`: a header that brings its own key or meaning is an attack here.
  if (typeof typ !== 'string' || !TYP.test(typ) || !isKid(kid) || Object.keys(members).length !== 3) {
    throw new CryptoError(
      'JWS_HEADER_INVALID',
      'The JWS header has to be exactly alg, typ and a thumbprint as kid',
    );
  }
  return { alg, typ, kid };
}
