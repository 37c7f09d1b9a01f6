import { randomBytes } from 'node:crypto';
import { signerFromSeed } from '../node/signer.js';
import type { Signer } from '../node/signer.js';
import { x25519FromPrivate } from '../node/x25519.js';
import type { X25519KeyPair } from '../node/x25519.js';
import { CryptoError } from '../portable/index.js';
import { removeUnfinishedWrites, writeFileAtomically } from './atomic-write.js';
import { corrupt, notFound } from './errors.js';
import { encodeKeyStoreFile, isKeyName } from './file-format.js';
import type { KeyState, KeyStoreFile, KeyType, StoredKey } from './file-format.js';
import { KeyTable } from './key-table.js';
import { KEY_BYTES, labelFor, makeCheck, sealKey, unsealKey } from './sealed-keys.js';
import { deriveMasterKey, newKdf } from './unlock.js';
import type { KeyStoreUnlock, Scrypt } from './unlock.js';

/** What the store tells about a key without opening it. */
export type KeyInfo = Omit<StoredKey, 'sealed'>;

/** A key to be put in: 32 bytes (an Ed25519 seed, an X25519 scalar, a raw secret) under a name. */
export type NewKey = { readonly name: string; readonly type: KeyType; readonly secret: Uint8Array };

/**
 * Keys at rest in one encrypted file. Each key is sealed on its own under the master key, which is derived once, so
 * that thousands of patients' keys cost thousands of AES operations and a single scrypt; a key is opened when it is
 * asked for. Every change is on disk (fsync) before its promise resolves.
 * One process opens a store at a time. A whole older file put back is not noticed: guard the folder.
 */
export class KeyStore implements AsyncDisposable {
  readonly #path: string;
  #masterKey: Uint8Array | undefined;
  /** All of the file but its keys. */
  #header: Omit<KeyStoreFile, 'keys'>;
  #table: KeyTable;
  #writes: Promise<void> = Promise.resolve();

  /** Use `openKeyStore` or `createKeyStore`. */
  constructor(path: string, file: KeyStoreFile, masterKey: Uint8Array) {
    const { keys, ...header } = file;
    this.#path = path;
    this.#header = header;
    this.#table = new KeyTable(keys);
    this.#masterKey = masterKey;
  }

  /** All keys, retired and staged ones included, without their secrets. */
  list(): KeyInfo[] {
    return this.#table.all().map(labelOf);
  }

  has(name: string): boolean {
    return this.#table.of(name).length > 0;
  }

  /**
   * The current Ed25519 key of this name.
   * @param make what signs with its seed; node:crypto unless given
   * @throws CryptoError `KEY_NOT_FOUND`
   */
  signer(name: string, make: (seed: Uint8Array) => Signer = signerFromSeed): Signer {
    return make(this.#open(this.#find(name, 'ed25519', 'current')));
  }

  /** All Ed25519 keys of a name, a staged one and retired ones too: what they signed is still to be checked. Oldest first. */
  signers(name: string, make: (seed: Uint8Array) => Signer = signerFromSeed): Signer[] {
    const keys = this.#table.of(name).filter(({ type }) => type === 'ed25519');
    return keys.map((key) => make(this.#open(key)));
  }

  /** Thumbprint of the key that is to follow the current one; undefined where none is staged. */
  stagedKid(name: string): string | undefined {
    return this.#table.of(name).find(({ state }) => state === 'staged')?.kid;
  }

  /** Thumbprint of the current key, which is not opened for it. @throws CryptoError `KEY_NOT_FOUND` */
  currentKid(name: string): string {
    return this.#find(name, undefined, 'current').kid;
  }

  /** Whether a key of this name was followed by another and is still here. */
  hasRetired(name: string): boolean {
    return this.#table.of(name).some(({ state }) => state === 'retired');
  }

  /** The current X25519 key of this name. @throws CryptoError `KEY_NOT_FOUND` */
  x25519(name: string): X25519KeyPair {
    return x25519FromPrivate(this.#open(this.#find(name, 'x25519', 'current')));
  }

  /** The raw 32-byte secret of this name. @throws CryptoError `KEY_NOT_FOUND` */
  secret(name: string): Uint8Array {
    return this.#open(this.#find(name, 'secret', 'current'));
  }

  /** All X25519 keys of a name, the retired ones too: older records are wrapped to them. Newest first. */
  x25519Generations(name: string): X25519KeyPair[] {
    const keys = this.#table.of(name).filter(({ type }) => type === 'x25519');
    return keys.map((key) => x25519FromPrivate(this.#open(key))).reverse();
  }

  /** Puts keys in under new names, all or none, with one write. @throws CryptoError `KEY_EXISTS`, `KEY_INVALID` */
  async put(...keys: readonly NewKey[]): Promise<void> {
    await this.#change((file, masterKey) => {
      if (keys.length === 0) return undefined;
      const names = new Set<string>();
      for (const { name } of keys) {
        if (!isKeyName(name)) throw new CryptoError('KEY_INVALID', `"${name}" is no name for a key`);
        if (this.has(name) || names.has(name)) throw exists(this.#path, name);
        names.add(name);
      }
      const sealed = keys.map(({ name, type, secret }) =>
        sealKey(masterKey, labelFor(name, type, 'current', secret), secret),
      );
      return { ...file, keys: [...file.keys, ...sealed] };
    });
  }

  /** Makes keys of the given types, all on disk with one write. @throws CryptoError `KEY_EXISTS` */
  async generate(...wanted: readonly { readonly name: string; readonly type: KeyType }[]): Promise<void> {
    await this.put(...wanted.map(({ name, type }) => ({ name, type, secret: randomBytes(KEY_BYTES) })));
  }

  /**
   * First half of a rotation: makes the successor of an Ed25519 key and returns its signer. It stays staged, across
   * restarts, until the ledger has taken it and {@link completeRotation} is called; asked again, the same successor.
   */
  async stageSigner(name: string): Promise<Signer> {
    return signerFromSeed(await this.#stage(name, 'ed25519'));
  }

  /** {@link stageSigner} for an X25519 key. */
  async stageX25519(name: string): Promise<X25519KeyPair> {
    return x25519FromPrivate(await this.#stage(name, 'x25519'));
  }

  /** Second half: the staged key becomes the current one, the current one is retired and kept. */
  async completeRotation(name: string): Promise<void> {
    await this.#change((file, masterKey) => {
      this.#find(name, undefined, 'staged');
      this.#find(name, undefined, 'current');
      const relabel = (key: StoredKey, state: KeyState) =>
        sealKey(masterKey, { ...labelOf(key), state }, this.#open(key));
      const keys = file.keys.map((key) => {
        if (key.name !== name || key.state === 'retired') return key;
        return relabel(key, key.state === 'staged' ? 'current' : 'retired');
      });
      return { ...file, keys };
    });
  }

  /** Removes every key of a name. What they alone could open is lost: crypto-shredding. */
  async remove(name: string): Promise<void> {
    await this.#change((file) => {
      if (!this.has(name)) throw notFound(this.#path, `key "${name}"`);
      return { ...file, keys: file.keys.filter((key) => key.name !== name) };
    });
  }

  /** Removes the retired keys of a name. What they alone could open is lost. */
  async removeRetired(name: string): Promise<void> {
    await this.#change((file) => ({
      ...file,
      keys: file.keys.filter((key) => key.name !== name || key.state !== 'retired'),
    }));
  }

  /**
   * Seals everything again, under another passphrase or key file, with one write: after a crash one of the two opens the
   * store. What earlier crashes left of writes goes with it. Backups still open with the former one.
   */
  async changeUnlock(
    unlock: KeyStoreUnlock,
    options: { readonly scryptLogN?: number | undefined; readonly scrypt?: Scrypt | undefined } = {},
  ): Promise<void> {
    const kdf = newKdf(unlock, options.scryptLogN);
    const next = await deriveMasterKey(kdf, unlock, options.scrypt);
    await this.#change((file) => {
      const keys = file.keys.map((key) => sealKey(next, labelOf(key), this.#open(key)));
      return { v: 1, kdf, check: makeCheck(next), keys };
    }, next);
    await removeUnfinishedWrites(this.#path);
  }

  /** Waits for the writes under way and forgets the master key. */
  async close(): Promise<void> {
    await this.#writes;
    this.#masterKey?.fill(0);
    this.#masterKey = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #stage(name: string, type: KeyType): Promise<Uint8Array> {
    await this.#change((file, masterKey) => {
      this.#find(name, type, 'current');
      if (this.stagedKid(name) !== undefined) return undefined;
      const secret = randomBytes(KEY_BYTES);
      return {
        ...file,
        keys: [...file.keys, sealKey(masterKey, labelFor(name, type, 'staged', secret), secret)],
      };
    });
    return this.#open(this.#find(name, type, 'staged'));
  }

  #find(name: string, type: KeyType | undefined, state: KeyState): StoredKey {
    const found = this.#table
      .of(name)
      .find((key) => key.state === state && (type === undefined || key.type === type));
    if (found === undefined) throw notFound(this.#path, `${state} ${type ?? ''} key "${name}"`);
    return found;
  }

  #open(key: StoredKey): Uint8Array {
    const secret = unsealKey(this.#unlocked(), key);
    if (secret === undefined) throw corrupt(this.#path, `the key "${key.name}" was altered`);
    return secret;
  }

  #unlocked(): Uint8Array {
    if (this.#masterKey === undefined) throw new CryptoError('KEY_STORE_CLOSED', 'The key store was closed');
    return this.#masterKey;
  }

  /**
   * One change at a time; memory follows the disk, so that a failed write leaves both as they were.
   * @param edit gives the file as it is to be; undefined where it is so already
   */
  async #change(
    edit: (file: KeyStoreFile, masterKey: Uint8Array) => KeyStoreFile | undefined,
    nextMasterKey?: Uint8Array,
  ): Promise<void> {
    const change = this.#writes.then(async () => {
      const file = edit({ ...this.#header, keys: this.#table.all() }, this.#unlocked());
      if (file === undefined) return;
      await writeFileAtomically(this.#path, encodeKeyStoreFile(file));
      const { keys, ...header } = file;
      this.#header = header;
      this.#table = new KeyTable(keys);
      if (nextMasterKey !== undefined) {
        this.#masterKey?.fill(0);
        this.#masterKey = nextMasterKey;
      }
    });
    // The caller hears of a failure; the next change must not.
    this.#writes = change.catch(() => undefined);
    await change;
  }
}

function labelOf({ name, type, state, kid }: StoredKey): KeyInfo {
  return { name, type, state, kid };
}

function exists(path: string, name: string): CryptoError {
  return new CryptoError(
    'KEY_EXISTS',
    `The key store ${path} has a key "${name}" already; rotate it instead`,
  );
}
