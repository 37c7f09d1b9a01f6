import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '@careledger/service-kit';
import { expect, test } from '@jest/globals';
import { CLOCKS_MIGRATION, LATER_STORE_MIGRATIONS, STORE_MIGRATIONS } from './schema.js';
import { openStore } from './store.js';

const LEAF = 'B'.repeat(43);

test('frames of a store from before are there in their order, erased ones too, and new ones follow', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'careledger-groups-'));
  const path = join(folder, 'gateway.db');
  const first = {
    chainNo: 3,
    seq: 2 ** 31 - 1,
    height: 9,
    receivedMs: 1_780_000_000_000,
    flags: 5,
    offsetMs: -86_400_000,
  };
  const jws = Buffer.from([0, 0x7b, 0xff, 0, 0x27]);
  {
    using before = openDatabase({ path, migrations: [...STORE_MIGRATIONS, CLOCKS_MIGRATION] });
    const insert = before.prepare('INSERT INTO frames VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)');
    const { chainNo, seq, height, receivedMs, flags, offsetMs } = first;
    insert.run(7, chainNo, seq, height, receivedMs, flags, jws, null, offsetMs);
    insert.run(8, chainNo, 0, height, receivedMs, 0, null, LEAF, 0);
  }
  using store = openStore({ path, migrations: [...STORE_MIGRATIONS, ...LATER_STORE_MIGRATIONS] });
  const next = { ...first, rowId: 9, jws: new Uint8Array([1]) };
  store.transaction((writer) => writer.insertFrames([next]));
  const { read } = store;
  expect(read.framesAfter(0, 10)).toEqual([
    { ...first, rowId: 7, jws: new Uint8Array(jws), leaf: null },
    { ...first, rowId: 8, seq: 0, flags: 0, offsetMs: 0, jws: null, leaf: LEAF },
    { ...next, leaf: null },
  ]);
  expect(read.framesAfter(7, 1)).toMatchObject([{ rowId: 8 }]);
  expect([read.lastFrameRow(), read.frame(6), read.frame(10)]).toEqual([9, undefined, undefined]);
  expect(read.frameContents([7, 8, 9, 10])).toEqual([new Uint8Array(jws), null, next.jws, null]);
  await rm(folder, { recursive: true });
});
