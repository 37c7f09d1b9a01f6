import { decodePrivateSet, encodePrivateSet } from '../rwset/codec.js';
import type { NamespaceRwSet } from '../rwset/model.js';
import type { IndexStore } from '../state/index-store.js';
import { decodeNumber, encodeNumber, transientKey } from '../state/keys.js';
import { sha256 } from '../wire/sha256.js';

const HEIGHT_BYTES = 8;
/** Sorts behind every transaction id, which is hexadecimal. */
const LAST_TX_ID = 'g';

/**
 * Private writes between endorsement and commit. They are kept with the index, so that a transaction endorsed
 * before a crash and submitted after it still finds its private data.
 */
export class TransientStore {
  readonly #index: IndexStore;

  constructor(index: IndexStore) {
    this.#index = index;
  }

  /** Keeps what one endorsement of a transaction, made at this height, would write. */
  async put(txId: string, height: number, privateBytes: Buffer): Promise<void> {
    const value = Buffer.concat([encodeNumber(height), privateBytes]);
    await this.#index.write([{ type: 'put', key: transientKey(txId), value }]);
  }

  /** The private writes of a transaction whose hashes are those in its public set. */
  take(txId: string, rwSet: readonly NamespaceRwSet[]): Buffer | undefined {
    const hashes = new Map(
      rwSet.flatMap((set) =>
        set.collections.map(
          ({ collection, privateHash }) => [`${set.namespace}/${collection}`, privateHash] as const,
        ),
      ),
    );
    if (hashes.size === 0) return undefined;
    const kept = this.#index.getRaw(transientKey(txId));
    if (!kept) return undefined;
    const matching = decodePrivateSet(kept.subarray(HEIGHT_BYTES)).filter(
      ({ namespace, collection, bytes }) => hashes.get(`${namespace}/${collection}`)?.equals(sha256(bytes)),
    );
    if (matching.length === 0) return undefined;
    return encodePrivateSet(
      matching.map(({ namespace, collection, bytes }) => ({ namespace, collection, set: bytes })),
    );
  }

  /** Forgets committed transactions. */
  async forget(txIds: readonly string[]): Promise<void> {
    await this.#index.write(txIds.map((txId) => ({ type: 'del', key: transientKey(txId) }) as const));
  }

  /** Forgets what was endorsed below a height and never came back. */
  async forgetBefore(height: number): Promise<void> {
    const stale: Buffer[] = [];
    for await (const [key, value] of this.#index.entries(transientKey(''), transientKey(LAST_TX_ID))) {
      if (decodeNumber(value) < height) stale.push(key);
    }
    await this.#index.write(stale.map((key) => ({ type: 'del', key }) as const));
  }
}
