import { createPrivateKey, createPublicKey, webcrypto, type KeyObject } from 'node:crypto';
import type { EcdsaCurve } from '@careledger/crypto/ecdsa';

/** Fabric's identities are ECDSA over P-256 with SHA-256. */
export const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
/** The same curve by OpenSSL's name. */
export const CURVE: EcdsaCurve = 'prime256v1';

export type KeyPair = webcrypto.CryptoKeyPair;

export async function generateKeyPair(): Promise<KeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

/** PKCS #8 PEM, the form that Fabric's key store and Node both read. */
export async function privateKeyPem(pair: KeyPair): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', pair.privateKey));
  return privateKeyObject(der).export({ type: 'pkcs8', format: 'pem' }).toString();
}

function privateKeyObject(der: Buffer): KeyObject {
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
}

/** Both halves of a PEM private key. */
export async function loadKeyPair(pem: string): Promise<KeyPair> {
  const privateKey = createPrivateKey(pem);
  const spki = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  const pkcs8 = privateKey.export({ type: 'pkcs8', format: 'der' });
  const [privateHalf, publicHalf] = await Promise.all([
    webcrypto.subtle.importKey('pkcs8', pkcs8, ALGORITHM, true, ['sign']),
    webcrypto.subtle.importKey('spki', spki, ALGORITHM, true, ['verify']),
  ]);
  return { privateKey: privateHalf, publicKey: publicHalf };
}
