import { concatBytes, fromHex, jwkThumbprint } from '@careledger/crypto/portable';
import { patientIdOf } from '@careledger/domain';
import type { StatementKey } from '@careledger/statements/portable';
import { ed25519 } from '@noble/curves/ed25519.js';
import { sha256 } from './primitives.js';

/** DER of a PKCS #8 PrivateKeyInfo up to the 32 key bytes (RFC 8410 section 7). */
const PKCS8_PREFIX = fromHex('302e020100300506032b657004220420');
const ALGORITHM = { name: 'Ed25519' } as const;

/** The consent key: it signs, and does not show itself. */
export interface PatientKey extends StatementKey {
  /** Raw 32 bytes. */
  readonly publicKey: Uint8Array;
  /** The pseudonym that follows from the key that the patient registered with. */
  readonly patientId: string;
}

/**
 * Puts a seed (32 bytes) where nobody can take it out again: a WebCrypto key that is not extractable. A browser without
 * Ed25519 in WebCrypto signs by the library, and keeps the seed in memory.
 * @param registered patient ID, where it follows from an earlier key
 */
export async function patientKey(seed: Uint8Array, registered?: string): Promise<PatientKey> {
  const publicKey = ed25519.getPublicKey(seed);
  return {
    publicKey,
    kid: jwkThumbprint('Ed25519', publicKey, sha256),
    patientId: registered ?? patientIdOf(publicKey, sha256),
    sign: await signWith(seed),
  };
}

async function signWith(seed: Uint8Array): Promise<(message: Uint8Array) => Promise<Uint8Array>> {
  const kept = await nonExtractable(seed);
  if (kept === undefined) {
    const own = Uint8Array.from(seed);
    return (message) => Promise.resolve(ed25519.sign(message, own));
  }
  return async (message) =>
    new Uint8Array(await crypto.subtle.sign(ALGORITHM, kept, Uint8Array.from(message)));
}

/** Undefined where WebCrypto does not know Ed25519. */
async function nonExtractable(seed: Uint8Array): Promise<CryptoKey | undefined> {
  const der = Uint8Array.from(concatBytes(PKCS8_PREFIX, seed));
  try {
    return await crypto.subtle.importKey('pkcs8', der, ALGORITHM, false, ['sign']);
  } catch (error) {
    if (error instanceof DOMException && error.name === 'NotSupportedError') return undefined;
    throw error;
  } finally {
    der.fill(0);
  }
}
