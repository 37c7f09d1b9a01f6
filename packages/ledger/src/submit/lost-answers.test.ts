import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Type } from 'typebox';
import type { LedgerChannel } from '../channel.js';
import type { LedgerCounters } from '../counters.js';
import { PeerRoute } from '../fabric/peer-route.js';
import type { JournalEntry } from '../ports.js';
import { MemoryJournal } from '../store/memory.js';
import { LossyGateway, type Fate } from '../../testing/lossy-gateway.js';
import { connectTo, contract, openTestChannel } from '../../testing/test-channel.js';
import type { Sender } from './sender.js';

let network: LossyGateway;
let route: PeerRoute;
let journal: MemoryJournal;
let sender: Sender;
let closing: AbortController;
let counters: LedgerCounters;
let channel: LedgerChannel;
beforeEach(async () => {
  network = new LossyGateway();
  await network.start();
  route = new PeerRoute([connectTo(network)]);
  journal = new MemoryJournal();
  closing = new AbortController();
  resendFor(5_000);
});
/** How long the channel under test sends again. */
function resendFor(resendWindowMs: number): void {
  const timeouts = { commitStatusMs: 250, resendWindowMs };
  ({ channel, sender, counters } = openTestChannel({ route, timeouts, journal, closing }));
}
afterEach(async () => {
  await network[Symbol.asyncDispose]();
});

const fates = (...list: Fate[]) => {
  network.fate = (sending) => list[Math.min(sending, list.length - 1)] as Fate;
};
const store = () => channel.submit(contract, 'Store', { id: 1 }, { reference: 'outbox 1' });

describe('a transaction whose answer is lost', () => {
  test.each<[string, Fate[]]>([
    ['after it was ordered', ['commit-silently']],
    ['before it was ordered', ['break', 'commit']],
    ['with the orderer that had taken it', ['lose', 'commit']],
    ['twice', ['lose', 'commit-silently']],
  ])('%s, commits once and from the same bytes', async (_name, list) => {
    fates(...list);
    const submitted = await store();
    expect(submitted).toMatchObject({ result: 'done', blockNumber: 1n });
    expect(network.committed).toBe(1);
    // On a busy machine a status may come late, and the bytes go once more.
    expect(network.sendings.length).toBeGreaterThanOrEqual(list.length);
    for (const sending of network.sendings) expect(sending.equals(network.sendings[0] as Buffer)).toBe(true);
    expect(await journal.list()).toEqual([]);
    // Its caller saw a delay, no error.
    expect(counters.calls).toEqual([{ call: 'submit', outcome: 'OK', count: 1 }]);
    expect(counters.replays.submit + counters.replays.status).toBe(network.sendings.length - 1);
  });

  test('is in the journal before it is sent', async () => {
    fates('break');
    resendFor(0);
    await expect(store()).rejects.toMatchObject({ code: 'COMMIT_UNKNOWN', reproposable: false });
    expect(counters.calls).toEqual([{ call: 'submit', outcome: 'COMMIT_UNKNOWN', count: 1 }]);
    const [entry] = await journal.list();
    expect(entry).toMatchObject({ channel: 'cloud', reference: 'outbox 1' });

    network.fate = () => 'commit';
    const again = await sender.sendAgain(route, entry as NonNullable<typeof entry>);
    expect(again).toEqual({ transactionId: entry?.transactionId, blockNumber: 1n });
    expect(new Set(network.sendings.map((sending) => sending.toString('hex'))).size).toBe(1);
    expect(await journal.list()).toEqual([]);
  });

  test('is not sent when the journal cannot keep it', async () => {
    journal.put = async () => Promise.reject(new Error('disk full'));
    await expect(store()).rejects.toThrow('disk full');
    expect(network.sendings).toHaveLength(0);
  });

  test.each([
    ['order it once more', false],
    ['refuse what they have ordered before', true],
  ])('that had committed before a restart keeps its first status where orderers %s', async (_name, knows) => {
    network.knowsOrdered = knows;
    const kept: JournalEntry[] = [];
    const put = journal.put.bind(journal);
    journal.put = async (entry) => {
      kept.push(entry);
      await put(entry);
    };
    const { blockNumber } = await store();
    await expect(sender.sendAgain(route, kept[0] as JournalEntry)).resolves.toMatchObject({ blockNumber });
    expect(network.committed).toBe(1);
  });
});

describe('closing the connection', () => {
  test('leaves what is on its way in the journal, and takes nothing new', async () => {
    network.fate = (sending) => {
      if (sending === 0) closing.abort();
      return 'break';
    };
    await expect(store()).rejects.toMatchObject({ code: 'COMMIT_UNKNOWN' });
    expect(network.sendings).toHaveLength(1);
    expect(await journal.list()).toHaveLength(1);
    await expect(store()).rejects.toMatchObject({ code: 'CLOSED' });
  });
});

describe('a final answer', () => {
  test('of the orderer to the first sending ends it and empties the journal', async () => {
    fates('refuse');
    await expect(store()).rejects.toMatchObject({ code: 'ORDERER_REFUSED' });
    expect(network.sendings).toHaveLength(1);
    expect(await journal.list()).toEqual([]);
  });

  test('of one orderer is not believed when another may have ordered it', async () => {
    fates('break', 'refuse');
    resendFor(300);
    await expect(store()).rejects.toMatchObject({ code: 'COMMIT_UNKNOWN' });
    expect(await journal.list()).toHaveLength(1);
  });

  test('of validation is MVCC_CONFLICT with its block, and the journal forgets it', async () => {
    network.validationCode = 11;
    await expect(store()).rejects.toMatchObject({
      code: 'MVCC_CONFLICT',
      validationCode: 'MVCC_READ_CONFLICT',
      blockNumber: 1n,
      reproposable: true,
    });
    expect(await journal.list()).toEqual([]);
  });
});

test('a result that breaks the contract is found before anything is submitted', async () => {
  const other = {
    ...contract,
    transactions: { Store: { ...contract.transactions.Store, result: Type.Number() } },
  };
  await expect(channel.submit(other, 'Store', { id: 1 })).rejects.toMatchObject({ code: 'BAD_RESPONSE' });
  expect(network.sendings).toHaveLength(0);
});
