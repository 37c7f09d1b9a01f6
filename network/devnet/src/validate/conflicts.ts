import { Codes } from '../block/codes.js';
import type { Code } from '../block/codes.js';
import type { KeyRead, NamespaceRwSet, RangeRead } from '../rwset/model.js';
import { RangeDigest } from '../rwset/range-digest.js';
import { sameVersion } from '../rwset/version.js';
import type { StateReader } from '../state/index-store.js';
import { hashedNamespace } from '../state/namespace.js';
import type { Updates } from '../state/updates.js';
import { compareUtf8 } from '../wire/bytes.js';

/**
 * Whether what a transaction read is still so, given the state and the valid transactions before it in its block
 * (multi-version concurrency control). Returns VALID, MVCC_READ_CONFLICT or PHANTOM_READ_CONFLICT.
 */
export async function checkConflicts(
  rwSet: readonly NamespaceRwSet[],
  state: StateReader,
  updates: Updates,
): Promise<Code> {
  for (const set of rwSet) {
    if (!readsHold(set.namespace, set.reads, state, updates)) return Codes.MVCC_READ_CONFLICT;
    for (const range of set.ranges) {
      if (!(await rangeHolds(set.namespace, range, state, updates))) return Codes.PHANTOM_READ_CONFLICT;
    }
    for (const { collection, reads } of set.collections) {
      const namespace = hashedNamespace(set.namespace, collection);
      if (!readsHold(namespace, reads, state, updates)) return Codes.MVCC_READ_CONFLICT;
    }
  }
  return Codes.VALID;
}

function readsHold(
  namespace: string,
  reads: readonly KeyRead[],
  state: StateReader,
  updates: Updates,
): boolean {
  return reads.every(
    ({ key, version }) =>
      !updates.has(namespace, key) && sameVersion(state.get(namespace, key)?.version, version),
  );
}

async function rangeHolds(
  namespace: string,
  range: RangeRead,
  state: StateReader,
  updates: Updates,
): Promise<boolean> {
  const { merkle, reads } = range;
  // No tree has less than two branches; building one would never end.
  if (merkle && merkle.maxDegree < 2) return false;
  const digest = new RangeDigest(merkle?.maxDegree);
  let index = 0;
  for await (const row of rowsOf(namespace, range, state, updates)) {
    if (merkle) {
      digest.add(row);
      continue;
    }
    const expected = reads[index];
    if (!expected || expected.key !== row.key || !sameVersion(expected.version, row.version)) return false;
    index += 1;
  }
  if (!merkle) return index === reads.length;
  const now = digest.finish().merkle;
  return (
    now !== undefined &&
    now.maxLevel === merkle.maxLevel &&
    now.hashes.length === merkle.hashes.length &&
    now.hashes.every((hash, i) => hash.equals(merkle.hashes[i] ?? Buffer.alloc(0)))
  );
}

/** The range as it is now: the state with the block's own changes laid over it, in order. */
async function* rowsOf(
  namespace: string,
  range: RangeRead,
  state: StateReader,
  updates: Updates,
): AsyncGenerator<KeyRead> {
  // A range that was not read to its end ends with the last key seen, which belongs to it.
  const { startKey, endKey, exhausted } = range;
  const end = exhausted ? endKey : `${endKey}\0`;
  const changed = [...(updates.namespaces().get(namespace)?.entries() ?? [])]
    .filter(([key]) => compareUtf8(key, startKey) >= 0 && (end === '' || compareUtf8(key, end) < 0))
    .sort(([a], [b]) => compareUtf8(a, b));
  let next = 0;
  for await (const row of state.range(namespace, startKey, end)) {
    for (; next < changed.length; next += 1) {
      const [key, update] = changed[next] ?? ['', undefined];
      if (compareUtf8(key, row.key) >= 0) break;
      if (update) yield { key, version: update.version };
    }
    if (!updates.has(namespace, row.key)) yield { key: row.key, version: row.version };
  }
  for (; next < changed.length; next += 1) {
    const [key, update] = changed[next] ?? ['', undefined];
    if (update) yield { key, version: update.version };
  }
}
