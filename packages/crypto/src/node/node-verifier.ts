import { verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { CryptoError, ed25519KeyAcceptable, ed25519SignatureAcceptable } from '../portable/index.js';
import type { SignatureVerifier } from '../portable/index.js';
import { LruMap } from './lru-map.js';
import { okpPublicKey } from './okp.js';

/** Enough for every device of a large home gateway; about 1 kB per key. */
const DEFAULT_KEY_CACHE_SIZE = 4096;

/**
 * Verifier on node:crypto (OpenSSL): the one for chaincode and everything that must not load native add-ons.
 * Making a KeyObject takes as long as a verification, so they are kept per public key, the least recently used of
 * more than `cacheSize` forgotten.
 */
export function nodeVerifier({
  cacheSize = DEFAULT_KEY_CACHE_SIZE,
}: { cacheSize?: number } = {}): SignatureVerifier {
  const keys = new LruMap<string, KeyObject>(cacheSize);

  function keyObjectOf(publicKey: Uint8Array): KeyObject | undefined {
    const name = Buffer.from(publicKey.buffer, publicKey.byteOffset, publicKey.length).toString('latin1');
    const known = keys.get(name);
    if (known !== undefined) return known;
    if (!ed25519KeyAcceptable(publicKey)) return undefined;
    const made = importKey(publicKey);
    if (made !== undefined) keys.set(name, made);
    return made;
  }

  return {
    verify(publicKey, message, signature) {
      if (!ed25519SignatureAcceptable(signature)) return false;
      const key = keyObjectOf(publicKey);
      return key !== undefined && verify(null, message, key, signature);
    },
  };
}

/** A key that cannot be imported verifies nothing, and is not remembered. */
function importKey(publicKey: Uint8Array): KeyObject | undefined {
  try {
    return okpPublicKey('Ed25519', publicKey);
  } catch (error) {
    if (error instanceof CryptoError) return undefined;
    throw error;
  }
}
