import type { ChaincodeDefinition } from '../lifecycle/chaincode-definition.js';
import { sameVersion } from '../rwset/version.js';
import type { IndexOperation, IndexStore } from '../state/index-store.js';
import { entryOfExpiry, expiryKey, expiryRange, stateKey } from '../state/keys.js';
import { hashedNamespace, privateNamespace } from '../state/namespace.js';
import type { Updates } from '../state/updates.js';
import { decodeValue, encodeValue } from '../state/value.js';
import type { CollectionName, PrivateStore } from './private-store.js';

/** A collection whose data expires, and after how many blocks. */
export interface Lifetime extends CollectionName {
  readonly blockToLive: number;
}

const NOTHING = Buffer.alloc(0);

/** The collections whose data expires. */
export function lifetimesOf(definitions: ReadonlyMap<string, ChaincodeDefinition>): Lifetime[] {
  return [...definitions].flatMap(([namespace, { collections }]) =>
    [...collections.values()]
      .filter(({ blockToLive }) => blockToLive > 0)
      .map(({ name, blockToLive }) => ({ namespace, collection: name, blockToLive })),
  );
}

/** The block with whose commit something is removed that was written by `block`; never, where nothing says so. */
function expiringBlock(block: number, blockToLive: number): number {
  return blockToLive > 0 ? block + blockToLive + 1 : Infinity;
}

/**
 * What expires with a block is removed, unless it has been written again; what the block writes is put on the schedule.
 * A removal comes after the block's validation, as on Fabric: its transactions still see what it removes.
 */
export async function expiryOperations(
  block: number,
  updates: Updates,
  index: IndexStore,
  lifetimes: readonly Lifetime[],
): Promise<IndexOperation[]> {
  if (lifetimes.length === 0) return [];
  // Values and their hashes go together.
  const lives = new Map(
    lifetimes.flatMap(({ namespace, collection, blockToLive }): [string, number][] => [
      [privateNamespace(namespace, collection), blockToLive],
      [hashedNamespace(namespace, collection), blockToLive],
    ]),
  );
  const operations: IndexOperation[] = [];
  const written = new Set<string>();
  for (const [namespace, keys] of updates.namespaces()) {
    const blockToLive = lives.get(namespace);
    if (blockToLive === undefined) continue;
    for (const [name, update] of keys) {
      const entry = stateKey(namespace, name);
      written.add(entry.toString('hex'));
      if (!update) continue;
      const value = encodeValue({ value: NOTHING, version: update.version });
      operations.push({ type: 'put', key: expiryKey(expiringBlock(block, blockToLive), entry), value });
    }
  }
  const { gte, lt } = expiryRange(block);
  for await (const [key, value] of index.entries(gte, lt)) {
    operations.push({ type: 'del', key });
    const entry = entryOfExpiry(key);
    const current = index.getRaw(entry);
    const isCurrent = current && sameVersion(decodeValue(current).version, decodeValue(value).version);
    if (isCurrent && !written.has(entry.toString('hex'))) operations.push({ type: 'del', key: entry });
  }
  return operations;
}

/** Removes what expires with a block from the private data of the blocks that wrote it. Doing it again does nothing. */
export async function expirePrivateData(
  block: number,
  store: PrivateStore,
  lifetimes: readonly Lifetime[],
): Promise<void> {
  for (const lifetime of lifetimes) {
    const writtenBy = block - lifetime.blockToLive - 1;
    if (writtenBy >= 0) await store.expire(writtenBy, [lifetime]);
  }
}
