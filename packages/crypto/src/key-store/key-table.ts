import { AES_KEY_BYTES, GCM_IV_BYTES, GCM_TAG_BYTES } from '../node/aes-gcm.js';
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
  readonly #packed: Map<string, string>;

  private constructor(packed: Map<string, string>) {
    this.#packed = packed;
  }

  static of(keys: Iterable<StoredKey>): KeyTable {
    const byFolder = new Map<string, string[]>();
    for (const key of keys) {
      const { folder } = pathOf(key.name);
      const packed = byFolder.get(folder);
      if (packed === undefined) byFolder.set(folder, [pack(key)]);
      else packed.push(pack(key));
    }
    const packed = new Map<string, string>();
    for (const [folder, parts] of byFolder) packed.set(flat(folder), flat(parts.join('')));
    return new KeyTable(packed);
  }

  /** Every key; those of one path stand together. */
  *all(): Generator<StoredKey, void, undefined> {
    for (const folder of this.#packed.keys()) yield* this.#in(folder);
  }

  /** The keys of a name, in the order in which they came. */
  named(name: string): StoredKey[] {
    const { folder, own } = pathOf(name);
    return this.#in(folder, own);
  }

  /** One to be changed while this one stays as it is. */
  copy(): KeyTable {
    return new KeyTable(new Map(this.#packed));
  }

  /** Gives names other keys: none, where there are to be none. */
  replace(changed: ReadonlyMap<string, readonly StoredKey[]>): void {
    for (const [name, keys] of changed) {
      const { folder } = pathOf(name);
      const others = this.#in(folder).filter((key) => key.name !== name);
      const next = [...others, ...keys].map(pack).join('');
      if (next === '') this.#packed.delete(folder);
      else this.#packed.set(flat(folder), flat(next));
    }
  }

  /** @param wanted the last part of the name that is looked for; every one unless given */
  #in(folder: string, wanted?: string): StoredKey[] {
    const bytes = Buffer.from(this.#packed.get(folder) ?? '', 'latin1');
    const keys: StoredKey[] = [];
    for (let at = 0; at < bytes.length;) {
      const type = KEY_TYPES[bytes.readUInt8(at)] as KeyType;
      const state = KEY_STATES[bytes.readUInt8(at + 1)] as KeyState;
      const kidAt = at + HEAD_BYTES + bytes.readUInt8(at + 2);
      const sealedAt = kidAt + KID_BYTES;
      const own = bytes.toString('latin1', at + HEAD_BYTES, kidAt);
      at = sealedAt + SEALED_BYTES;
      if (wanted !== undefined && own !== wanted) continue;
      const name = folder === '' ? own : `${folder}/${own}`;
      const kid = bytes.toString('base64url', kidAt, sealedAt);
      keys.push({ name, type, state, kid, sealed: bytes.toString('base64url', sealedAt, at) });
    }
    return keys;
  }
}

function pack({ name, type, state, kid, sealed }: StoredKey): string {
  const { own } = pathOf(name);
  const head = String.fromCharCode(KEY_TYPES.indexOf(type), KEY_STATES.indexOf(state), own.length);
  return head + own + bytesOf(kid) + bytesOf(sealed);
}

/** One character a byte. What comes here was made here, or checked as the file was read. */
const bytesOf = (base64url: string): string => Buffer.from(base64url, 'base64url').toString('latin1');

function pathOf(name: string): { readonly folder: string; readonly own: string } {
  const slash = name.lastIndexOf('/');
  return { folder: name.slice(0, Math.max(slash, 0)), own: name.slice(slash + 1) };
}

/** A text of its own: a part of another one holds that, and joined ones hold all their parts. */
const flat = (text: string): string => Buffer.from(text, 'latin1').toString('latin1');
