import { createSecretKey, type KeyObject } from 'node:crypto';

/** A key's bytes; or, where it is used again and again, its {@link secretKey}. */
export type SecretKey = Uint8Array | KeyObject;

/**
 * A key as node:crypto takes it without more ado. Of raw bytes, Node finds out by an exception that they are no key object,
 * which costs four times an HMAC of a short text.
 */
export function secretKey(key: SecretKey): KeyObject {
  return key instanceof Uint8Array ? createSecretKey(key) : key;
}
