import { CryptoError, fromBase64url, fromUtf8, parseJsonObject, parseJws } from '@careledger/crypto/portable';
import type { JsonObject, SignatureVerifier } from '@careledger/crypto/portable';
import { FrameError } from '../errors.js';
import { MAX_FRAME_BYTES } from '../limits.js';
import { FRAME_TYP } from './frame.js';
import type { Frame } from './frame.js';
import { readFramePayload } from './payload.js';

/** Headers of devices seen lately: a device's header never changes, so it is read once. */
const KNOWN_HEADERS_MAX = 4_096;
const knownHeaders = new Map<string, string>();

const asciiEncoder = new TextEncoder();
const DOT = 0x2e;
/** 64 bytes in base64url (RFC 8032 section 5.1.6). */
const SIGNATURE_CHARACTERS = 86;

/**
 * Reads a frame strictly: form of the token, exact members, types, ranges and times. Pure apart from a bounded cache
 * of headers. Checks neither the signature ({@link verifyFrame}) nor the link in the device's chain (`checkFrame`).
 * @param token the compact JWS, as text or as the bytes that came in
 * @throws FrameError `FRAME_TOO_LARGE`, `FRAME_MALFORMED`, `FRAME_TYPE_WRONG`, `FRAME_VERSION_UNSUPPORTED`,
 *   `FRAME_TOO_MANY_READINGS`, `FRAME_TIME_INVALID`, `FRAME_VALUE_INVALID`, `FRAME_DUPLICATE_READING`
 */
export function parseFrame(token: string | Uint8Array): Frame {
  if (token.length > MAX_FRAME_BYTES) {
    throw new FrameError(
      'FRAME_TOO_LARGE',
      `A frame of ${token.length} bytes; send at most ${MAX_FRAME_BYTES}, in several frames if need be`,
    );
  }
  try {
    return readFrame(token);
  } catch (cause) {
    if (cause instanceof FrameError || !(cause instanceof CryptoError)) throw cause;
    throw new FrameError('FRAME_MALFORMED', `Not a frame: ${cause.message}`, { cause });
  }
}

/** Whether the frame was signed with `publicKey` (raw 32 bytes), which the caller chose by the frame's `kid`. */
export function verifyFrame(frame: Frame, publicKey: Uint8Array, verifier: SignatureVerifier): boolean {
  return verifier.verify(publicKey, frame.signingInput, frame.signature);
}

function readFrame(token: string | Uint8Array): Frame {
  // base64url is ASCII, or decoding throws: bytes and characters have the same positions.
  const bytes = typeof token === 'string' ? asciiEncoder.encode(token) : token;
  const headerEnd = bytes.indexOf(DOT);
  const payloadEnd = bytes.indexOf(DOT, headerEnd + 1);
  const header = fromUtf8(bytes.subarray(0, Math.max(headerEnd, 0)));
  let kid = knownHeaders.get(header);
  // A known header stands for the checks that parseJws made of it; the rest of those checks follows here.
  if (kid === undefined || payloadEnd < 0 || bytes.length - payloadEnd - 1 !== SIGNATURE_CHARACTERS) {
    kid = readHeader(fromUtf8(bytes));
    remember(header, kid);
  }
  const payload: JsonObject = parseJsonObject(fromBase64url(bytes.subarray(headerEnd + 1, payloadEnd)));
  return readFramePayload(payload, {
    kid,
    signingInput: bytes.subarray(0, payloadEnd),
    signature: fromBase64url(bytes.subarray(payloadEnd + 1)),
  });
}

function readHeader(text: string): string {
  const { header } = parseJws(text, { maxBytes: MAX_FRAME_BYTES });
  if (header.typ !== FRAME_TYP) {
    throw new FrameError(
      'FRAME_TYPE_WRONG',
      `typ in a frame's header is ${FRAME_TYP}, in this one ${header.typ}`,
    );
  }
  return header.kid;
}

function remember(header: string, kid: string): void {
  if (knownHeaders.size >= KNOWN_HEADERS_MAX) knownHeaders.clear();
  knownHeaders.set(header, kid);
}
