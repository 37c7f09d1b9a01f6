import { setImmediate as nextTurn } from 'node:timers/promises';
import { isJsonObject, isKid, parseJson, utf8 } from '../portable/index.js';
import type { JsonObject } from '../portable/index.js';
import { corrupt } from './errors.js';
import type { Kdf } from './unlock.js';

export const KEY_TYPES = ['ed25519', 'x25519', 'secret'] as const;
export type KeyType = (typeof KEY_TYPES)[number];
export const KEY_STATES = ['staged', 'current', 'retired'] as const;
/** A key signs and opens as `current`; a `staged` one waits for its registration, a `retired` one still opens and verifies. */
export type KeyState = (typeof KEY_STATES)[number];

/** One key as the file has it. All but the sealed bytes is readable without the master key, and authenticated by it. */
export type StoredKey = {
  readonly name: string;
  readonly type: KeyType;
  readonly state: KeyState;
  /** RFC 7638 thumbprint; a raw secret has none and gets a random one. */
  readonly kid: string;
  /** base64url of iv ‖ AES-256-GCM ciphertext ‖ tag. */
  readonly sealed: string;
};

export type KeyStoreHeader = {
  readonly v: 1;
  readonly kdf: Kdf;
  /** Empty plaintext sealed under the master key: tells a wrong passphrase from a damaged key. */
  readonly check: string;
};
export type KeyStoreFile = KeyStoreHeader & { readonly keys: readonly StoredKey[] };

/** So many are written before others have their turn: about a millisecond. */
const KEYS_PER_PART = 512;

const NAME = /^[A-Za-z0-9][A-Za-z0-9_.:/-]{0,127}$/;
/** 12 + 32 + 16 bytes are a multiple of three, so that base64url has no trailing bits. */
const SEALED = /^[A-Za-z0-9_-]{80}$/;

export function isKeyName(name: unknown): name is string {
  return typeof name === 'string' && NAME.test(name);
}

/** What {@link decodeKeyStoreFile} reads, in parts. Others have their turn between them: a gateway can have 40,000 keys. */
export async function* encodeKeyStoreFile(
  header: KeyStoreHeader,
  keys: Iterable<StoredKey>,
): AsyncGenerator<Uint8Array, void, undefined> {
  yield utf8(`${JSON.stringify(header).slice(0, -1)},"keys":[`);
  let part: string[] = [];
  let separator = '\n';
  for (const key of keys) {
    part.push(separator, JSON.stringify(key));
    separator = ',\n';
    if (part.length < 2 * KEYS_PER_PART) continue;
    yield utf8(part.join(''));
    part = [];
    await nextTurn();
  }
  yield utf8(`${part.join('')}\n]}\n`);
}

/** @throws CryptoError `KEY_STORE_CORRUPT` */
export function decodeKeyStoreFile(path: string, bytes: Uint8Array): KeyStoreFile {
  let file: unknown;
  try {
    file = parseJson(bytes);
  } catch (cause) {
    throw corrupt(path, 'it is not JSON', cause);
  }
  if (!isJsonObject(file) || file['v'] !== 1 || typeof file['check'] !== 'string') {
    throw corrupt(path, 'it is no key store of version 1');
  }
  const { kdf, keys, check } = file;
  if (!isJsonObject(kdf) || !isKdf(kdf)) throw corrupt(path, 'its key derivation is unknown');
  if (!Array.isArray(keys) || !keys.every(isStoredKey)) throw corrupt(path, 'an entry is not a key');
  return { v: 1, kdf, check, keys };
}

function isKdf(kdf: JsonObject): kdf is Kdf {
  return (
    kdf['name'] === 'key-file' ||
    (kdf['name'] === 'scrypt' && typeof kdf['salt'] === 'string' && typeof kdf['logN'] === 'number')
  );
}

function isStoredKey(entry: unknown): entry is StoredKey {
  return (
    isJsonObject(entry) &&
    isKeyName(entry['name']) &&
    KEY_TYPES.some((type) => type === entry['type']) &&
    KEY_STATES.some((state) => state === entry['state']) &&
    isKid(entry['kid']) &&
    typeof entry['sealed'] === 'string' &&
    SEALED.test(entry['sealed'])
  );
}
