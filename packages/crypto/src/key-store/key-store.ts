import { randomBytes } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { signerFromSeed } from '../node/signer.js';
import type { Signer } from '../node/signer.js';
import { x25519FromPrivate } from '../node/x25519.js';
import type { X25519KeyPair } from '../node/x25519.js';
import { CryptoError } from '../portable/index.js';
import { removeUnfinishedWrites, writeFileAtomically } from './atomic-write.js';
import { corrupt, notFound } from './errors.js';
import { encodeKeyStoreFile, isKeyName } from './file-format.js';
import type { KeyState, KeyStoreFile, KeyStoreHeader, KeyType, StoredKey } from './file-format.js';
import { KeyTable } from './key-table.js';
import { KEY_BYTES, labelFor, makeCheck, sealKey, unsealKey } from './sealed-keys.js';
import { deriveMasterKey, newKdf } from './unlock.js';
import type { KeyStoreUnlock, Scrypt } from './unlock.js';

/** Changes that are made before others have their turn: a few milliseconds. */
const CHANGES_PER_TURN = 16;

/** What the store tells about a key without opening it. */
export type KeyInfo = Omit<StoredKey, 'sealed'>;

/** A key to be put in: 32 bytes (an Ed25519 seed, an X25519 scalar, a raw secret) under a name. */
export type NewKey = { readonly name: string; readonly type: KeyType; readonly secret: Uint8Array };

/**
 * Keys at rest in one encrypted file. Each key is sealed on its own under the master key, which is derived once, so
 * that thousands of patients' keys cost thousands of AES operations and a single scrypt; a key is opened when it is
 * asked for. Every change is on disk (fsync) before its promise resolves; those that come while one is written share the next
 * write, which takes longer the more keys there are.
 * One process opens a store at a time. A whole older file put back is not noticed: guard the folder.
 */
export class KeyStore implements AsyncDisposable {
  readonly #path: string;
  #masterKey: Uint8Array | undefined;
  /** All of the file but its keys. */
  #header: KeyStoreHeader;
  #table: KeyTable;
  /** Those that the next write takes with it. */
  #waiting: Change[] = [];
  #writes: Promise<void> = Promise.resolve();

  /** Use `openKeyStore` or `createKeyStore`. */
  constructor(path: string, file: KeyStoreFile, masterKey: Uint8Array) {
    const { keys, ...header } = file;
    this.#path = path;
    this.#header = header;
    this.#table = KeyTable.of(keys);
    this.#masterKey = masterKey;
  }

  /** All keys, retired and staged ones included, without their secrets. */
  list(): KeyInfo[] {
    return Array.from(this.#table.all(), labelOf);
  }

  has(name: string): boolean {
    return this.#table.named(name).length > 0;
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
    const keys = this.#table.named(name).filter(({ type }) => type === 'ed25519');
    return keys.map((key) => make(this.#open(key)));
  }

  /** Thumbprint of the key that is to follow the current one; undefined where none is staged. */
  stagedKid(name: string): string | undefined {
    return this.#table.named(name).find(({ state }) => state === 'staged')?.kid;
  }

  /** Thumbprint of the current key, which is not opened for it. @throws CryptoError `KEY_NOT_FOUND` */
  currentKid(name: string): string {
    return this.#find(name, undefined, 'current').kid;
  }

  /** Whether a key of this name was followed by another and is still here. */
  hasRetired(name: string): boolean {
    return this.#table.named(name).some(({ state }) => state === 'retired');
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
    const keys = this.#table.named(name).filter(({ type }) => type === 'x25519');
    return keys.map((key) => x25519FromPrivate(this.#open(key))).reverse();
  }

  /** Puts keys in under new names, all or none, with one write. @throws CryptoError `KEY_EXISTS`, `KEY_INVALID` */
  async put(...keys: readonly NewKey[]): Promise<void> {
    await this.#change((table, masterKey) => {
      const added = new Map<string, StoredKey[]>();
      for (const { name, type, secret } of keys) {
        if (!isKeyName(name)) throw new CryptoError('KEY_INVALID', `"${name}" is no name for a key`);
        if (table.named(name).length > 0 || added.has(name)) throw exists(this.#path, name);
        added.set(name, [sealKey(masterKey, labelFor(name, type, 'current', secret), secret)]);
      }
      return added;
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
    await this.#change((table, masterKey) => {
      this.#find(name, undefined, 'staged', table);
      this.#find(name, undefined, 'current', table);
      const relabel = (key: StoredKey, state: KeyState) =>
        sealKey(masterKey, { ...labelOf(key), state }, this.#open(key));
      const keys = table.named(name).map((key) => {
        if (key.state === 'retired') return key;
        return relabel(key, key.state === 'staged' ? 'current' : 'retired');
      });
      return new Map([[name, keys]]);
    });
  }

  /** Removes every key of a name. What they alone could open is lost: crypto-shredding. */
  async remove(name: string): Promise<void> {
    await this.#change((table) => {
      if (table.named(name).length === 0) throw notFound(this.#path, `key "${name}"`);
      return new Map([[name, []]]);
    });
  }

  /** Removes the retired keys of a name. What they alone could open is lost. */
  async removeRetired(name: string): Promise<void> {
    await this.#change(
      (table) => new Map([[name, table.named(name).filter(({ state }) => state !== 'retired')]]),
    );
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
    await this.#inTurn(async () => {
      this.#unlocked();
      const keys = Array.from(this.#table.all(), (key) => sealKey(next, labelOf(key), this.#open(key)));
      await this.#write({ v: 1, kdf, check: makeCheck(next) }, KeyTable.of(keys), next);
      await removeUnfinishedWrites(this.#path);
    });
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
    let staged: Uint8Array | undefined;
    await this.#change((table, masterKey) => {
      this.#find(name, type, 'current', table);
      const keys = table.named(name);
      const before = keys.find(({ state }) => state === 'staged');
      // What completes or removes it may share the write.
      staged = before === undefined ? randomBytes(KEY_BYTES) : this.#open(before);
      if (before !== undefined) return new Map();
      const key = sealKey(masterKey, labelFor(name, type, 'staged', staged), staged);
      return new Map([[name, [...keys, key]]]);
    });
    if (staged === undefined) throw notFound(this.#path, `staged ${type} key "${name}"`);
    return staged;
  }

  #find(name: string, type: KeyType | undefined, state: KeyState, table = this.#table): StoredKey {
    const found = table
      .named(name)
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

  /** Resolves when it is on disk; memory follows the disk, so that a failed write leaves both as they were. */
  #change(edit: Edit): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#waiting.push({ edit, resolve, reject });
    if (this.#waiting.length === 1) void this.#inTurn(() => this.#writeWaiting());
    return promise;
  }

  /**
   * All that wait, in their order, with one write. What is refused is its caller's alone, who hears of it once what it was
   * refused for is on disk.
   */
  async #writeWaiting(): Promise<void> {
    const changes = this.#waiting;
    this.#waiting = [];
    const table = this.#table.copy();
    const tell: (() => void)[] = [];
    let isChanged = false;
    for (const { edit, resolve, reject } of changes) {
      try {
        const changed = edit(table, this.#unlocked());
        table.replace(changed);
        isChanged ||= changed.size > 0;
        tell.push(resolve);
      } catch (error) {
        tell.push(() => reject(error));
      }
      if (tell.length % CHANGES_PER_TURN === 0) await nextTurn();
    }
    try {
      if (isChanged) await this.#write(this.#header, table);
      for (const settle of tell) settle();
    } catch (error) {
      for (const { reject } of changes) reject(error);
    }
  }

  /** @param nextMasterKey that under which all of it is sealed, if it is another one than before */
  async #write(header: KeyStoreHeader, table: KeyTable, nextMasterKey?: Uint8Array): Promise<void> {
    await writeFileAtomically(this.#path, encodeKeyStoreFile(header, table.all()));
    this.#header = header;
    this.#table = table;
    if (nextMasterKey === undefined) return;
    this.#masterKey?.fill(0);
    this.#masterKey = nextMasterKey;
  }

  async #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#writes.then(work);
    // The caller hears of a failure; the next in turn must not.
    this.#writes = turn.catch(() => undefined);
    await turn;
  }
}

/** Gives the names whose keys change, with the keys that each is to have. It may throw, and then nothing of it is written. */
type Edit = (table: KeyTable, masterKey: Uint8Array) => ReadonlyMap<string, readonly StoredKey[]>;

interface Change {
  readonly edit: Edit;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
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
