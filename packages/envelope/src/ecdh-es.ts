import { diffieHellman, generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import {
  GCM_IV_BYTES,
  GCM_TAG_BYTES,
  LruMap,
  aesGcmOpen,
  aesGcmSeal,
  concatBytes,
  fromBase64url,
  isJsonObject,
  okpPrivateKey,
  okpPublicKey,
  parseJsonObject,
  sha256,
  toBase64url,
  utf8,
} from '@careledger/crypto';
import type { JsonObject, X25519KeyPair } from '@careledger/crypto';
import { JWE_ALGORITHMS } from './portable/seal-to-one.js';

/**
 * Compact JWEs (RFC 7516) by direct key agreement over X25519 (RFC 7518 section 4.6, RFC 8037 section 3.2) with AES-256-GCM:
 * the same as `portable/seal-to-one.ts` makes, by Node's own cryptography. A record's content key is wrapped for everybody
 * who may read it, and this is several times quicker than WebCrypto.
 */
const { alg: ALG, enc: ENC } = JWE_ALGORITHMS;
const PARTS = 5;
const UINT32_BYTES = 4;
/** NIST SP 800-56A's concatenation KDF with one round: its counter, and what comes after the shared secret. */
const KDF_ROUND = uint32(1);
const KDF_OTHER_INFO = concatBytes(
  uint32(ENC.length),
  utf8(ENC),
  uint32(0), // PartyUInfo, PartyVInfo: headers have neither `apu` nor `apv`
  uint32(0),
  uint32(256),
);

/** Made from the bytes once, as long as somebody holds the pair. */
const privateKeys = new WeakMap<X25519KeyPair, KeyObject>();

/** Recipients whose keys are kept as Node takes them: an authority is one of thousands of records. About 1 kB a key. */
const RECIPIENTS_KEPT = 256;
const recipientKeys = new LruMap<string, KeyObject>(RECIPIENTS_KEPT);

/**
 * @param to raw X25519 public key, 32 bytes
 * @param header protected, beside `alg`, `enc` and the ephemeral key
 * @throws Error where nothing can be agreed with such a key
 */
export function sealEcdhEs(to: Uint8Array, plaintext: Uint8Array, header: JsonObject): string {
  const ephemeral = generateKeyPairSync('x25519');
  const epk = ephemeral.publicKey.export({ format: 'jwk' });
  const protectedHeader = toBase64url(utf8(JSON.stringify({ ...JWE_ALGORITHMS, ...header, epk })));
  const key = agreedKey(ephemeral.privateKey, recipientKeyOf(to));
  const sealed = aesGcmSeal(key, plaintext, utf8(protectedHeader));
  const tagStart = sealed.length - GCM_TAG_BYTES;
  const parts = [
    sealed.subarray(0, GCM_IV_BYTES),
    sealed.subarray(GCM_IV_BYTES, tagStart),
    sealed.subarray(tagStart),
  ];
  return [protectedHeader, '', ...parts.map(toBase64url)].join('.');
}

/** @throws Error: malformed, for another key, or not a byte as it was */
export function openEcdhEs(token: string, pair: X25519KeyPair): Uint8Array {
  const parts = token.split('.');
  const [protectedHeader = '', encryptedKey, iv = '', ciphertext = '', tag = ''] = parts;
  if (parts.length !== PARTS || encryptedKey !== '') throw new Error('not a compact JWE by direct agreement');
  const key = agreedKey(privateKeyOf(pair), ephemeralKeyIn(parseJsonObject(fromBase64url(protectedHeader))));
  const [ivBytes, tagBytes] = [fromBase64url(iv), fromBase64url(tag)];
  if (ivBytes.length !== GCM_IV_BYTES || tagBytes.length !== GCM_TAG_BYTES)
    throw new Error('an IV or a tag of another length');
  const sealed = concatBytes(ivBytes, fromBase64url(ciphertext), tagBytes);
  const plaintext = aesGcmOpen(key, sealed, utf8(protectedHeader));
  if (plaintext === undefined) throw new Error('another key, or not a byte as it was');
  return plaintext;
}

function ephemeralKeyIn({ alg, enc, epk, apu, apv }: JsonObject): KeyObject {
  if (alg !== ALG || enc !== ENC || apu !== undefined || apv !== undefined)
    throw new Error('another algorithm, or parties that are named');
  if (!isJsonObject(epk) || epk['kty'] !== 'OKP' || epk['crv'] !== 'X25519' || typeof epk['x'] !== 'string')
    throw new Error('no ephemeral X25519 key');
  return okpPublicKey('X25519', fromBase64url(epk['x']));
}

/** OpenSSL refuses a shared secret of zeros (RFC 7748 section 6.1). */
function agreedKey(privateKey: KeyObject, publicKey: KeyObject): Uint8Array {
  return sha256(concatBytes(KDF_ROUND, diffieHellman({ privateKey, publicKey }), KDF_OTHER_INFO));
}

function recipientKeyOf(publicKey: Uint8Array): KeyObject {
  const name = Buffer.from(publicKey.buffer, publicKey.byteOffset, publicKey.length).toString('latin1');
  const key = recipientKeys.get(name) ?? okpPublicKey('X25519', publicKey);
  recipientKeys.set(name, key);
  return key;
}

function privateKeyOf(pair: X25519KeyPair): KeyObject {
  const key = privateKeys.get(pair) ?? okpPrivateKey('X25519', pair.privateKey);
  privateKeys.set(pair, key);
  return key;
}

function uint32(value: number): Uint8Array {
  const bytes = new Uint8Array(UINT32_BYTES);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}
