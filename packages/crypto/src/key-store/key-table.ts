import { AES_KEY_BYTES, GCM_IV_BYTES, GCM_TAG_BYTES } from '../node/aes-gcm.js';
import { fromBase64url, toBase64url } from '../portable/index.js';
import { KEY_STATES, KEY_TYPES, type KeyState, type KeyType, type StoredKey } from './file-format.js';

/** Of a packed key: type, state and the length of its name each take one byte, then come name, thumbprint and sealed bytes. */
const HEAD_BYTES = 3;
const KID_BYTES = 32;
const SEALED_BYTES = GCM_IV_BYTES + AES_KEY_BYTES + GCM_TAG_BYTES;

/**
 * All keys of a store by their names, in a third of the memory that their objects take: a gateway holds four of each of its
 * patients. Those whose names have the same path lie together in one text of bytes.
 */
export class KeyTable {
  /** What comes before the last slash of a name → its keys, packed, in the order in which they came. */
  readonly #packed = new Map<string, string>();

  constructor(keys: readonly StoredKey[]) {
    const parts = new Map<string, string[]>();
    for (const key of keys) {
      const { folder } = pathOf(key.name);
      const packed = parts.get(folder);
      if (packed === undefined) parts.set(folder, [pack(key)]);
      else packed.push(pack(key));
    }
    for (const [folder, packed] of parts) this.#packed.set(flat(folder), flat(packed.join('')));
  }

  /** Every key; those of one path stand together. */
  all(): StoredKey[] {
    return [...this.#packed.keys()].flatMap((folder) => this.#of(folder));
  }

  /** The keys of a name, in the order in which they came. */
  of(name: string): StoredKey[] {
    const { folder, own } = pathOf(name);
    return this.#of(folder, own);
  }

  /** @param wanted the last part of the name that is looked for; every one unless given */
  #of(folder: string, wanted?: string): StoredKey[] {
    const bytes = Buffer.from(this.#packed.get(folder) ?? '', 'latin1');
    const keys: StoredKey[] = [];
    for (let at = 0; at < bytes.length;) {
      const [type = 0, state = 0, length = 0] = bytes.subarray(at, at + HEAD_BYTES);
      const kidAt = at + HEAD_BYTES + length;
      const sealedAt = kidAt + KID_BYTES;
      const own = bytes.toString('latin1', at + HEAD_BYTES, kidAt);
      at = sealedAt + SEALED_BYTES;
      if (wanted !== undefined && own !== wanted) continue;
      keys.push({
        name: folder === '' ? own : `${folder}/${own}`,
        type: KEY_TYPES[type] as KeyType,
        state: KEY_STATES[state] as KeyState,
        kid: toBase64url(bytes.subarray(kidAt, sealedAt)),
        sealed: toBase64url(bytes.subarray(sealedAt, at)),
      });
    }
    return keys;
  }
}

function pack({ name, type, state, kid, sealed }: StoredKey): string {
  const own = Buffer.from(pathOf(name).own, 'latin1');
  const head = [KEY_TYPES.indexOf(type), KEY_STATES.indexOf(state), own.length];
  return Buffer.concat([Buffer.from(head), own, fromBase64url(kid), fromBase64url(sealed)]).toString(
    'latin1',
  );
}

function pathOf(name: string): { readonly folder: string; readonly own: string } {
  const slash = name.lastIndexOf('/');
  return { folder: name.slice(0, Math.max(slash, 0)), own: name.slice(slash + 1) };
}

/** A text of its own: a part of another one holds that, and joined ones hold all their parts. */
const flat = (text: string): string => Buffer.from(text, 'latin1').toString('latin1');
