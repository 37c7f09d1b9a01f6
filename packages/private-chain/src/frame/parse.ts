import {
  CryptoError,
  decodeBase64url,
  fromUtf8,
  parseJsonObject,
  parseJws,
} from '@careledger/crypto/portable';
import type { SignatureVerifier } from '@careledger/crypto/portable';
import { FrameError } from '../errors.js';
import { MAX_FRAME_BYTES } from '../limits.js';
import { FRAME_TYP } from './frame.js';
import type { Frame } from './frame.js';
import { KnownHeaders } from './known-headers.js';
import { readFramePayload } from './payload.js';
import { readPlainPayload } from './plain-payload.js';

const knownHeaders = new KnownHeaders();
const asciiEncoder = new TextEncoder();
const DOT = 0x2e;
/** 64 bytes in base64url (RFC 8032 section 5.1.6). */
const SIGNATURE_CHARACTERS = 86;
const SIGNATURE_BYTES = 64;
const SIGNATURES_PER_SLAB = 256;
/** Where payloads are decoded, one after the other: reading is synchronous. */
const payloadBytes = new Uint8Array(MAX_FRAME_BYTES);

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
  const payloadEnd = bytes.length - SIGNATURE_CHARACTERS - 1;
  // Text that is more bytes than characters is no frame, and may be longer than one.
  const mayBeKnown = bytes.length === token.length && bytes[payloadEnd] === DOT;
  // A known header stands for the checks that parseJws made of it; the rest of those checks follows here.
  const known = mayBeKnown ? knownHeaders.find(bytes) : undefined;
  // The dot behind a header may be the only one.
  if (known === undefined || known.bytes.length > payloadEnd) return readFirst(bytes);
  return readParts(bytes, known.kid, known.bytes.length);
}

/** Reads a frame whose header is not known, or that is none. */
function readFirst(bytes: Uint8Array): Frame {
  const kid = readHeader(fromUtf8(bytes));
  const payloadAt = bytes.indexOf(DOT) + 1;
  knownHeaders.remember(bytes, payloadAt, kid);
  return readParts(bytes, kid, payloadAt);
}

/** Reads payload and signature of a token that ends with a dot and as many characters as a signature has. */
function readParts(bytes: Uint8Array, kid: string, payloadAt: number): Frame {
  const payloadEnd = bytes.length - SIGNATURE_CHARACTERS - 1;
  const payload = payloadBytes.subarray(0, decodeBase64url(bytes, payloadAt, payloadEnd, payloadBytes));
  const signature = roomForSignature();
  decodeBase64url(bytes, payloadEnd + 1, bytes.length, signature);
  return readFramePayload(readPlainPayload(fromUtf8(payload)) ?? parseJsonObject(payload), {
    kid,
    signingInput: bytes.subarray(0, payloadEnd),
    signature,
  });
}

let signatures = new ArrayBuffer(0);
let signaturesUsed = 0;

/** Many share one buffer: a small array of its own is given a second buffer as soon as a native verifier asks for it. */
function roomForSignature(): Uint8Array {
  if (signaturesUsed === signatures.byteLength) {
    signatures = new ArrayBuffer(SIGNATURES_PER_SLAB * SIGNATURE_BYTES);
    signaturesUsed = 0;
  }
  const room = new Uint8Array(signatures, signaturesUsed, SIGNATURE_BYTES);
  signaturesUsed += SIGNATURE_BYTES;
  return room;
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
