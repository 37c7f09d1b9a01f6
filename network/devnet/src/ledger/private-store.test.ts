import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { hashOfKey } from '../rwset/builder.js';
import { decodePrivateSet, encodePrivateSet, encodePrivateWrites } from '../rwset/codec.js';
import { PrivateStore } from './private-store.js';

const A = { namespace: 'cc', collection: 'a' };
const B = { namespace: 'cc', collection: 'b' };

/** A transaction's private writes: collection → key → value. */
const writesOf = (sets: Readonly<Record<string, Readonly<Record<string, string>>>>): Buffer =>
  encodePrivateSet(
    Object.entries(sets).map(([collection, writes]) => ({
      namespace: 'cc',
      collection,
      set: encodePrivateWrites(
        Object.entries(writes).map(([key, value]) => ({ key, value: Buffer.from(value), isDelete: false })),
        [],
      ),
    })),
  );

describe('private data apart from the blocks', () => {
  let folder: string;
  let store: PrivateStore;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'devnet-private-'));
    store = await PrivateStore.open(folder);
  });
  afterEach(async () => {
    await store.close();
    await rm(folder, { recursive: true });
  });

  /** What is left of a block, as `tx/collection/key=value`. */
  const left = async (block: number): Promise<string[]> =>
    [...(await store.get(block))].flatMap(([tx, bytes]) =>
      decodePrivateSet(bytes).flatMap(({ collection, writes }) =>
        writes.map(({ key, value }) => `${tx}/${collection}/${key}=${value.toString()}`),
      ),
    );

  test('of a block that was never written is dropped: another block will have its number', async () => {
    await store.put(4, new Map([[0, writesOf({ a: { k: 'old' } })]]));
    await store.put(5, new Map([[0, writesOf({ a: { k: 'orphan' } })]]));
    await store.dropFrom(5);
    expect([await left(4), await left(5)]).toEqual([['0/a/k=old'], []]);
    await store.purge(A, hashOfKey('k'), { block: 9, tx: 0 });
    expect(await left(4)).toEqual([]);
  });

  test('that expires goes with its collection alone, once or twice', async () => {
    await store.put(7, new Map([[2, writesOf({ a: { k: '1' }, b: { k: '2' } })]]));
    await store.expire(7, [A]);
    await store.expire(7, [A]);
    expect(await left(7)).toEqual(['2/b/k=2']);
    await store.expire(7, [B]);
    expect(await store.get(7)).toEqual(new Map());
  });

  test('that is purged goes up to the purge and not beyond, in its own collection, whatever keys begin alike', async () => {
    await store.put(1, new Map([[0, writesOf({ a: { k: '1', kk: '2' }, b: { k: '3' } })]]));
    await store.put(
      2,
      new Map([
        [0, writesOf({ a: { k: '4' } })],
        [2, writesOf({ a: { k: '5' } })],
      ]),
    );
    await store.purge(A, hashOfKey('k'), { block: 2, tx: 1 });
    expect([await left(1), await left(2)]).toEqual([['0/a/kk=2', '0/b/k=3'], ['2/a/k=5']]);
  });
});
