import { readFile } from 'node:fs/promises';
import { CryptoError } from '../portable/index.js';
import { corrupt } from './errors.js';
import { decodeKeyStoreFile, encodeKeyStoreFile } from './file-format.js';
import { KeyStore } from './key-store.js';
import { checkOpens, makeCheck } from './sealed-keys.js';
import { deriveMasterKey, newKdf } from './unlock.js';
import type { KeyStoreUnlock, Scrypt } from './unlock.js';
import { writeFileAtomically } from './atomic-write.js';

export type KeyStoreOptions = {
  readonly path: string;
  readonly unlock: KeyStoreUnlock;
  /** Base-2 logarithm of scrypt's N for a new store; SCRYPT_LOG_N unless set. */
  readonly scryptLogN?: number;
  /** Where scrypt runs; on a thread of Node's pool unless given. */
  readonly scrypt?: Scrypt;
};

/**
 * Opens an existing store.
 * @throws CryptoError `KEY_NOT_FOUND` (no file), `KEY_STORE_LOCKED` (wrong passphrase or key file), `KEY_STORE_CORRUPT`
 */
export async function openKeyStore({ path, unlock, scrypt }: KeyStoreOptions): Promise<KeyStore> {
  const file = decodeKeyStoreFile(path, await readStore(path));
  const masterKey = await deriveMasterKey(file.kdf, unlock, scrypt);
  if (!opens(path, masterKey, file.check)) {
    const given = 'keyFile' in unlock ? 'key file' : 'passphrase';
    throw new CryptoError('KEY_STORE_LOCKED', `The ${given} is not that of the key store ${path}`);
  }
  return new KeyStore(path, file, masterKey);
}

/** Makes an empty store. @throws CryptoError `KEY_EXISTS` when there is a file at `path` */
export async function createKeyStore({
  path,
  unlock,
  scryptLogN,
  scrypt,
}: KeyStoreOptions): Promise<KeyStore> {
  await assertFree(path);
  const kdf = newKdf(unlock, scryptLogN);
  const masterKey = await deriveMasterKey(kdf, unlock, scrypt);
  const header = { v: 1 as const, kdf, check: makeCheck(masterKey) };
  await writeFileAtomically(path, encodeKeyStoreFile(header, []));
  return new KeyStore(path, { ...header, keys: [] }, masterKey);
}

/** {@link openKeyStore}, or {@link createKeyStore} where there is none: for services at their start. */
export async function openOrCreateKeyStore(options: KeyStoreOptions): Promise<KeyStore> {
  try {
    return await openKeyStore(options);
  } catch (error) {
    if (error instanceof CryptoError && error.code === 'KEY_NOT_FOUND') return createKeyStore(options);
    throw error;
  }
}

/**
 * Seals a store under another passphrase; killed in the middle, one of the two opens it. Where the new one opens it already
 * nothing is left to do, so that the same change again is no mistake.
 * @param options `unlock` has the passphrase until now
 * @throws CryptoError `KEY_STORE_LOCKED` where neither opens it, `KEY_NOT_FOUND`, `KEY_STORE_CORRUPT`
 */
export async function changeKeyStorePassphrase(
  options: KeyStoreOptions & { readonly unlock: { readonly passphrase: string } },
  newPassphrase: string,
): Promise<void> {
  const { scryptLogN, scrypt } = options;
  try {
    await using store = await openKeyStore(options);
    await store.changeUnlock({ passphrase: newPassphrase }, { scryptLogN, scrypt });
  } catch (error) {
    if (!(error instanceof CryptoError && error.code === 'KEY_STORE_LOCKED')) throw error;
    const changed = await openKeyStore({ ...options, unlock: { passphrase: newPassphrase } });
    await changed.close();
  }
}

async function readStore(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') {
      throw new CryptoError('KEY_NOT_FOUND', `There is no key store at ${path}`, { cause });
    }
    throw cause;
  }
}

/** A store must never replace another one: that would be the loss of all its keys. */
async function assertFree(path: string): Promise<void> {
  try {
    await readStore(path);
  } catch (error) {
    if (error instanceof CryptoError) return;
    throw error;
  }
  throw new CryptoError('KEY_EXISTS', `There is a key store at ${path} already`);
}

function opens(path: string, masterKey: Uint8Array, check: string): boolean {
  try {
    return checkOpens(masterKey, check);
  } catch (cause) {
    throw corrupt(path, 'its header was altered', cause);
  }
}
