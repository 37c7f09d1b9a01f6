import { randomBytes, scrypt as scryptOfNode } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { AES_KEY_BYTES } from '../node/aes-gcm.js';
import { CryptoError, fromBase64url, toBase64url } from '../portable/index.js';

/** What opens a key store: something remembered, or a file that lies elsewhere (a mounted secret, a token). */
export type KeyStoreUnlock = { readonly passphrase: string } | { readonly keyFile: string };

/** How the master key comes about; kept in the store's header. */
export type Kdf =
  { readonly name: 'scrypt'; readonly salt: string; readonly logN: number } | { readonly name: 'key-file' };

/** What scrypt (RFC 7914) is asked for. */
export type ScryptRequest = {
  /** In normal form: see `deriveMasterKey`. */
  readonly passphrase: string;
  readonly salt: Uint8Array;
  readonly keyBytes: number;
  readonly N: number;
  readonly r: number;
  readonly p: number;
  /** Bytes that it may use. */
  readonly maxmem: number;
};

/** Derives a key. Whoever must not have Node's thread pool taken up by it gives one that runs elsewhere. */
export type Scrypt = (request: ScryptRequest) => Promise<Uint8Array>;

/** RFC 7914 with N = 2^17, r = 8, p = 1 (OWASP Password Storage Cheat Sheet): 128 MiB and about half a second, once. */
const SCRYPT_LOG_N = 17;
const SCRYPT_R = 8;
const SCRYPT_P = 1;
/** A header that asks for more would be a way to exhaust memory: 2^20 takes 1 GiB. */
const SCRYPT_MAX_LOG_N = 20;
const SCRYPT_MIN_LOG_N = 10;
const SALT_BYTES = 16;

export function newKdf(unlock: KeyStoreUnlock, logN: number = SCRYPT_LOG_N): Kdf {
  if ('keyFile' in unlock) return { name: 'key-file' };
  return { name: 'scrypt', salt: toBase64url(randomBytes(SALT_BYTES)), logN };
}

/** @throws CryptoError `KEY_STORE_LOCKED` when this way of unlocking is not the store's, or the file is no key */
export async function deriveMasterKey(
  kdf: Kdf,
  unlock: KeyStoreUnlock,
  scrypt: Scrypt = scryptInPool,
): Promise<Uint8Array> {
  if ('keyFile' in unlock) {
    if (kdf.name !== 'key-file') throw locked('it wants a passphrase, not a key file');
    return readKeyFile(unlock.keyFile);
  }
  if (kdf.name !== 'scrypt') throw locked('it wants a key file, not a passphrase');
  const { logN } = kdf;
  if (!Number.isInteger(logN) || logN < SCRYPT_MIN_LOG_N || logN > SCRYPT_MAX_LOG_N) {
    throw locked(`scrypt cost 2^${logN} is out of bounds`);
  }
  const N = 2 ** logN;
  return scrypt({
    // NFKC (RFC 8265 in short), so that a passphrase typed on another keyboard is the same one.
    passphrase: unlock.passphrase.normalize('NFKC'),
    salt: fromBase64url(kdf.salt),
    keyBytes: AES_KEY_BYTES,
    ...{ N, r: SCRYPT_R, p: SCRYPT_P },
    // RFC 7914 section 2: 128 N r bytes, and a little for the rest.
    maxmem: 128 * N * SCRYPT_R + 2 ** 20,
  });
}

/** Writes 32 random bytes as base64url, readable by the owner only; refuses to replace a file. */
export async function createKeyFile(path: string): Promise<void> {
  await writeFile(path, `${toBase64url(randomBytes(AES_KEY_BYTES))}\n`, {
    flag: 'wx',
    mode: 0o600,
    flush: true,
  });
}

async function readKeyFile(path: string): Promise<Uint8Array> {
  let key: Uint8Array;
  try {
    key = fromBase64url((await readFile(path, 'ascii')).trimEnd());
  } catch (cause) {
    throw new CryptoError('KEY_STORE_LOCKED', `The key file ${path} cannot be read as base64url`, { cause });
  }
  if (key.length !== AES_KEY_BYTES)
    throw locked(`the key file holds ${key.length} bytes instead of ${AES_KEY_BYTES}`);
  return key;
}

/** On a thread of libuv's pool, which fdatasync and others share: for processes that open a store at their start. */
function scryptInPool({ passphrase, salt, keyBytes, ...cost }: ScryptRequest): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    scryptOfNode(passphrase, salt, keyBytes, cost, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}

function locked(reason: string): CryptoError {
  return new CryptoError('KEY_STORE_LOCKED', `The key store stays locked: ${reason}`);
}
