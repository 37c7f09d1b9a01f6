import canonicalize from 'canonicalize';
import { CryptoError } from './errors.js';
import { fromUtf8 } from './bytes.js';
import { readJson } from './json-reader.js';

export type JsonObject = { [name: string]: unknown };

/** Deeper nesting than any format of ours needs; bounds the recursion over untrusted input. */
export const MAX_JSON_DEPTH = 32;

/**
 * The one spelling of a JSON value that is hashed and signed (RFC 8785, JCS).
 * What JSON has no form for is refused rather than dropped: undefined, NaN, infinities, bigint, functions, class
 * instances, lone surrogates. Leave an absent member out instead of setting it to undefined.
 * @throws CryptoError `JSON_NOT_CANONICALIZABLE`
 */
export function canonicalJson(value: unknown): string {
  assertJson(value, 0);
  try {
    const text = canonicalize(value);
    if (text !== undefined) return text;
  } catch (cause) {
    throw new CryptoError('JSON_NOT_CANONICALIZABLE', 'The value has no canonical JSON form', { cause });
  }
  throw notCanonicalizable('undefined');
}

/**
 * JSON text from someone else: strict UTF-8, no duplicate member names, bounded depth.
 * @throws CryptoError `UTF8_INVALID`, `JSON_INVALID`, `JSON_DUPLICATE_KEY`
 */
export function parseJson(bytes: Uint8Array): unknown {
  const text = fromUtf8(bytes);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new CryptoError('JSON_INVALID', 'The bytes are not JSON', { cause });
  }
  const { members, isNameEscaped } = scanNames(text);
  // JSON.parse is not to be relied on for names with escapes.
  if (isNameEscaped) return readJson(text, MAX_JSON_DEPTH);
  // It keeps the last of several members of one name (RFC 8259 section 4 leaves it open), so that two readers could
  // see two values: fewer members than name separators means that some were lost.
  if (countMembers(value, 0) !== members) {
    throw new CryptoError('JSON_DUPLICATE_KEY', 'A JSON object names a member twice');
  }
  return value;
}

/** {@link parseJson} of what has to be an object. @throws CryptoError as parseJson */
export function parseJsonObject(bytes: Uint8Array): JsonObject {
  const value = parseJson(bytes);
  if (!isJsonObject(value)) throw new CryptoError('JSON_INVALID', 'The JSON value is not an object');
  return value;
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function countMembers(value: unknown, depth: number): number {
  if (typeof value !== 'object' || value === null) return 0;
  if (depth >= MAX_JSON_DEPTH) {
    throw new CryptoError('JSON_INVALID', `JSON nested deeper than ${MAX_JSON_DEPTH} levels`);
  }
  let count = 0;
  if (Array.isArray(value)) {
    for (const item of value) count += countMembers(item, depth + 1);
    return count;
  }
  for (const item of Object.values(value)) count += 1 + countMembers(item, depth + 1);
  return count;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;

/** How many members a text that is known to be JSON writes, by their colons, and whether a name has an escape in it. */
function scanNames(text: string): { members: number; isNameEscaped: boolean } {
  let members = 0;
  let inString = false;
  let isEscaped = false;
  let isNameEscaped = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (inString) {
      if (code === BACKSLASH) {
        isEscaped = true;
        i++;
      } else if (code === QUOTE) inString = false;
    } else if (code === QUOTE) {
      inString = true;
      isEscaped = false;
    } else if (code === COLON) {
      // The string before a colon is a name.
      isNameEscaped ||= isEscaped;
      members++;
    }
  }
  return { members, isNameEscaped };
}

function assertJson(value: unknown, depth: number): void {
  switch (typeof value) {
    case 'string':
      if (!value.isWellFormed()) throw notCanonicalizable('a lone surrogate');
      return;
    case 'number':
      if (!Number.isFinite(value)) throw notCanonicalizable(String(value));
      return;
    case 'boolean':
      return;
    case 'object':
      break;
    default:
      throw notCanonicalizable(typeof value);
  }
  if (value === null) return;
  if (depth >= MAX_JSON_DEPTH) throw notCanonicalizable(`nesting deeper than ${MAX_JSON_DEPTH} levels`);
  if (Array.isArray(value)) {
    // By index, because iteration by callback skips the holes of a sparse array.
    for (let i = 0; i < value.length; i++) assertJson(value[i], depth + 1);
    return;
  }
  if (!isPlainObject(value)) throw notCanonicalizable('an instance of a class');
  for (const [name, member] of Object.entries(value)) {
    if (!name.isWellFormed()) throw notCanonicalizable('a lone surrogate in a member name');
    assertJson(member, depth + 1);
  }
}

/** Values from another realm (jest, vm) have another Object.prototype, so look at the chain's length instead. */
function isPlainObject(value: object): boolean {
  if ('toJSON' in value) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function notCanonicalizable(what: string): CryptoError {
  return new CryptoError('JSON_NOT_CANONICALIZABLE', `Canonical JSON (RFC 8785) has no form for ${what}`);
}
