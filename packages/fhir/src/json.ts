import { CryptoError, parseJson, utf8 } from '@careledger/crypto/portable';
import { FhirError } from './errors.js';

export type Json = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The objects of a list; none of what is no list. */
export const objectsOf = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isObject) : []);

/** Whether an element has a `value[x]`, or what stands beside one. */
export const hasValue = (value: Json): boolean =>
  Object.keys(value).some((name) => /^_?value[A-Z]/.test(name));

/** Content beyond this size is refused: UTF-16 code units of a text, bytes of UTF-8. */
export const MAX_RESOURCE_CHARS = 4 * 1024 * 1024;

/**
 * JSON of a resource, as spec/crypto.md reads JSON from others: strict UTF-8, no member twice, bounded depth.
 * @throws FhirError TOO_LARGE, NOT_JSON, JSON_DUPLICATE_KEY
 */
export function parseFhirJson(content: Uint8Array | string): unknown {
  if (content.length > MAX_RESOURCE_CHARS) {
    throw new FhirError('TOO_LARGE', '', `more than ${MAX_RESOURCE_CHARS} characters`);
  }
  try {
    return parseJson(typeof content === 'string' ? utf8(content) : content);
  } catch (cause) {
    if (!(cause instanceof CryptoError)) throw cause;
    const code = cause.code === 'JSON_DUPLICATE_KEY' ? cause.code : 'NOT_JSON';
    throw new FhirError(code, '', cause.message, { cause });
  }
}
