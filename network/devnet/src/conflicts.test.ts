import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Transaction } from '@hyperledger/fabric-gateway';
import { TemporaryFolder, TestClient, startTestDevnet, textOf } from '../testing/network.js';
import { Codes } from './block/codes.js';
import type { Devnet } from './devnet.js';

describe('transactions that overtake each other', () => {
  let folder: TemporaryFolder;
  let devnet: Devnet;
  let client: TestClient;

  const endorse = (name: string, ...args: string[]): Promise<Transaction> =>
    client.contract().newProposal(name, { arguments: args }).endorse();
  const commit = async (transaction: Transaction): Promise<number> =>
    (await (await transaction.submit()).getStatus()).code;

  beforeAll(async () => {
    folder = await TemporaryFolder.make();
    devnet = await startTestDevnet(folder);
    client = await TestClient.open(devnet, 'ch', 'A');
  });

  afterAll(async () => {
    client[Symbol.dispose]();
    await devnet.close();
    await folder[Symbol.asyncDispose]();
  });

  test('double spend: of two that read one version, one is valid', async () => {
    const [one, two] = await Promise.all([endorse('increment', 'purse'), endorse('increment', 'purse')]);
    const codes = await Promise.all([commit(one), commit(two)]);
    expect(codes.sort((a, b) => a - b)).toEqual([Codes.VALID, Codes.MVCC_READ_CONFLICT]);
    expect(textOf(await client.contract().evaluateTransaction('get', 'purse'))).toBe('1');
  });

  test('a read of a key that did not exist conflicts with its creation', async () => {
    const late = await endorse('increment', 'unborn');
    expect(await commit(await endorse('put', 'unborn', '5'))).toBe(Codes.VALID);
    expect(await commit(late)).toBe(Codes.MVCC_READ_CONFLICT);
  });

  test('phantom: a row that appears in a range that was read', async () => {
    const counted = await endorse('countInto', 'ph', 'ph~', 'count');
    expect(await commit(await endorse('put', 'ph1', 'x'))).toBe(Codes.VALID);
    expect(await commit(counted)).toBe(Codes.PHANTOM_READ_CONFLICT);
  });

  test('phantom: a row that disappears, and one that changes', async () => {
    await client.contract().submitTransaction('put', 'gone1', 'x');
    const before = await endorse('countInto', 'gone', 'gone~', 'count-gone');
    await client.contract().submitTransaction('put', 'gone1', 'y');
    expect(await commit(before)).toBe(Codes.PHANTOM_READ_CONFLICT);
    const again = await endorse('countInto', 'gone', 'gone~', 'count-gone');
    await client.contract().submitTransaction('del', 'gone1');
    expect(await commit(again)).toBe(Codes.PHANTOM_READ_CONFLICT);
  });

  test('phantom in a range so long that its reads are hashed', async () => {
    await client.contract().submitTransaction('fill', 'long', '400');
    const quiet = await endorse('countInto', 'long', 'long~', 'count-long');
    expect(await commit(quiet)).toBe(Codes.VALID);
    const counted = await endorse('countInto', 'long', 'long~', 'count-long');
    await client.contract().submitTransaction('put', 'long0200', 'changed');
    expect(await commit(counted)).toBe(Codes.PHANTOM_READ_CONFLICT);
  });

  test('a row behind the point where reading stopped is no phantom, one before it is', async () => {
    await client.contract().submitTransaction('fill', 'half', '3');
    const first = await endorse('firstInto', 'half', 'half~', 'first-a');
    await client.contract().submitTransaction('put', 'half9999', 'behind');
    // The shim fetches up to a hundred rows at once, so the whole range counts as read: as on Fabric.
    expect(await commit(first)).toBe(Codes.PHANTOM_READ_CONFLICT);
  });

  test('blind writes do not conflict', async () => {
    const [one, two] = await Promise.all([endorse('put', 'blind', '1'), endorse('put', 'blind', '2')]);
    expect(await commit(one)).toBe(Codes.VALID);
    expect(await commit(two)).toBe(Codes.VALID);
  });

  test('replay: the same bytes again give the first status and change nothing', async () => {
    const transaction = await endorse('increment', 'once');
    const bytes = transaction.getBytes();
    const first = await (await transaction.submit()).getStatus();
    const replayed = client.gateway.newTransaction(bytes);
    const second = await (await replayed.submit()).getStatus();
    expect(second.code).toBe(Codes.VALID);
    expect(second.blockNumber).toBe(first.blockNumber);
    expect(textOf(await client.contract().evaluateTransaction('get', 'once'))).toBe('1');
  });

  test('conflicts within one block are decided in its order', async () => {
    const transactions = await Promise.all(Array.from({ length: 10 }, () => endorse('increment', 'crowd')));
    const commits = await Promise.all(transactions.map((each) => each.submit()));
    const codes = await Promise.all(commits.map(async (each) => (await each.getStatus()).code));
    expect(codes.filter((each) => each === Codes.VALID)).toHaveLength(1);
    expect(codes.filter((each) => each === Codes.MVCC_READ_CONFLICT)).toHaveLength(9);
  });
});
