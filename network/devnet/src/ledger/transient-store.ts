import { sha256 } from '../block/hash.js';
import type { NamespaceRwSet } from '../rwset/model.js';
import { decodePrivateSet, encodePrivateSet } from '../rwset/codec.js';
import type { IndexStore } from '../state/index-store.js';
import { transientKey } from '../state/keys.js';

/**
 * Private writes between endorsement and commit. They are kept with the index, so that a transaction endorsed
 * before a crash and submitted after it still finds its private data.
 */
export class TransientStore {
  constructor(private readonly index: IndexStore) {}

  /** Keeps what one endorsement of a transaction would write. */
  async put(txId: string, privateBytes: Buffer): Promise<void> {
    await this.index.write([{ type: 'put', key: transientKey(txId), value: privateBytes }]);
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
    const kept = this.index.getRaw(transientKey(txId));
    if (!kept) return undefined;
    const matching = decodePrivateSet(kept).filter(({ namespace, collection, bytes }) =>
      hashes.get(`${namespace}/${collection}`)?.equals(sha256(bytes)),
    );
    if (matching.length === 0) return undefined;
    return encodePrivateSet(
      matching.map(({ namespace, collection, bytes }) => ({ namespace, collection, set: bytes })),
    );
  }

  /** Forgets committed transactions. */
  async forget(txIds: readonly string[]): Promise<void> {
    await this.index.write(txIds.map((txId) => ({ type: 'del', key: transientKey(txId) }) as const));
  }
}
