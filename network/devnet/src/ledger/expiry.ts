import type { ChaincodeDefinition } from '../channel/chaincode-definition.js';
import type { IndexOperation, IndexStore } from '../state/index-store.js';
import { entryOfExpiry, expiryKey, expiryRange, stateKey } from '../state/keys.js';
import { hashedNamespace, privateNamespace } from '../state/namespace.js';
import { decodeValue, encodeValue, sameVersion } from '../state/version.js';
import type { Updates } from '../validate/updates.js';

/** For how many blocks entries of a namespace of the state live; those of others stay. */
export type BlocksToLive = ReadonlyMap<string, number>;

const NOTHING = Buffer.alloc(0);

/** The lifetimes that collections give to their values and hashes. */
export function blocksToLive(definitions: ReadonlyMap<string, ChaincodeDefinition>): BlocksToLive {
  return new Map(
    [...definitions].flatMap(([chaincode, { collections }]) =>
      [...collections.values()]
        .filter((collection) => collection.blockToLive > 0)
        .flatMap(({ name, blockToLive }): [string, number][] => [
          [privateNamespace(chaincode, name), blockToLive],
          [hashedNamespace(chaincode, name), blockToLive],
        ]),
    ),
  );
}

/** The block with whose commit something is removed that was written by `block`; never, where nothing says so. */
export function expiringBlock(block: number, blockToLive: number): number {
  return blockToLive > 0 ? block + blockToLive + 1 : Infinity;
}

/**
 * What expires with a block is removed, unless it has been written anew; what the block writes is put on the schedule.
 * A removal comes after the block's validation, as on Fabric: its transactions still see what it removes.
 */
export async function expiryOperations(
  block: number,
  updates: Updates,
  index: IndexStore,
  lives: BlocksToLive,
): Promise<IndexOperation[]> {
  if (lives.size === 0) return [];
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
