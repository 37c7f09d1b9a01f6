import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { LedgerError, type Ledger } from '@careledger/ledger';
import { openLedgerStore } from '@careledger/ledger/sqlite';
import { counter, counterEvents } from '../fixtures/counter/counter-contract.js';
import { startEmbedded, type EmbeddedNetwork } from '../fixtures/counter/embedded.js';
import { CHANNEL, connectTo } from '../fixtures/counter/trial-network.js';

const IN_FLIGHT = 32;
const CLIENT = fileURLToPath(new URL('./kill.test-client.js', import.meta.url));

let network: EmbeddedNetwork;
beforeEach(async () => {
  network = await startEmbedded();
});
afterEach(async () => {
  await network[Symbol.asyncDispose]();
});

/** How often each key was put by a VALID transaction, and the state of the channel's ids. */
async function validPuts(ledger: Ledger): Promise<Map<string, number>> {
  const channel = ledger.channel(CHANNEL);
  const { blockNumber: last } = await channel.submit(counter, 'Put', { key: 'end' });
  const stop = new AbortController();
  const puts = new Map<string, number>();
  for await (const block of channel.blocks({ signal: stop.signal })) {
    for (const { transactionId, valid, functionName } of block.transactions) {
      if (valid && functionName === 'Put') puts.set(transactionId, (puts.get(transactionId) ?? 0) + 1);
    }
    if (block.number >= last) stop.abort();
  }
  return puts;
}

describe('kill -9', () => {
  test(`of the network with ${IN_FLIGHT} submits in flight: every acknowledged one is there once, the rest finish`, async () => {
    using store = openLedgerStore(join(network.dir, 'client.db'));
    const timeouts = { submitMs: 1_000, commitStatusMs: 1_000, endorseMs: 2_000, resendWindowMs: 300 };
    using ledger = connectTo(network, { journal: store.journal, checkpoints: store.checkpoints, timeouts });
    const channel = ledger.channel(CHANNEL);
    const acknowledged: string[] = [];
    const unknown: string[] = [];
    let killed = false;
    let sent = 0;

    const client = async (): Promise<void> => {
      while (!killed) {
        try {
          const { transactionId } = await channel.submit(counter, 'Put', { key: `k${sent++}` });
          acknowledged.push(transactionId);
        } catch (error) {
          if (!(error instanceof LedgerError)) throw error;
          if (error.code === 'COMMIT_UNKNOWN') unknown.push(error.transactionId as string);
        }
      }
    };
    const clients = Array.from({ length: IN_FLIGHT }, client);
    while (acknowledged.length < 2 * IN_FLIGHT) await delay(5);
    killed = true;
    await network.kill();
    await Promise.all(clients);
    expect((await store.journal.list()).map(({ transactionId }) => transactionId).sort()).toEqual(
      unknown.sort(),
    );

    await network.start();
    const finished: string[] = [];
    while (finished.length < unknown.length) {
      // As a service's background worker does: again, until the peer is connected.
      for (const { transactionId, error } of await ledger.resume()) {
        if (!error) finished.push(transactionId);
        else expect(error.code).toBe('COMMIT_UNKNOWN');
      }
      await delay(20);
    }
    expect(finished.sort()).toEqual(unknown.sort());
    expect(await store.journal.list()).toEqual([]);
    const puts = await validPuts(ledger);
    for (const transactionId of [...acknowledged, ...unknown]) expect(puts.get(transactionId)).toBe(1);
  });

  test('of the network that comes back while clients wait: nobody sees an error after endorsement', async () => {
    using ledger = connectTo(network, { timeouts: { commitStatusMs: 2_000 } });
    const channel = ledger.channel(CHANNEL);
    const { blockNumber: startBlock } = await channel.submit(counter, 'Put', { key: 'first' });
    const stop = new AbortController();
    const seen: string[] = [];
    const breaks: string[] = [];
    const onReconnect = ({ code }: LedgerError) => breaks.push(code);
    const reading = (async () => {
      const options = {
        checkpoint: 'reader',
        schemas: counterEvents,
        signal: stop.signal,
        startBlock,
        onReconnect,
      };
      for await (const event of channel.events(counter, options)) {
        seen.push(event.transactionId);
        await event.ack();
        if (event.payload.key === 'last') stop.abort();
      }
    })();
    const submits = Array.from({ length: IN_FLIGHT }, (_, index) =>
      channel.submit(counter, 'Put', { key: `k${index}` }),
    );
    const settled = Promise.allSettled(submits);
    await Promise.race(submits);
    await network.kill();
    await network.start();
    const acknowledged = (await settled).flatMap((outcome) => {
      if (outcome.status === 'fulfilled') return [outcome.value.transactionId];
      // Killed before it was endorsed: nothing was ordered.
      expect(outcome.reason).toMatchObject({ reproposable: true });
      return [];
    });
    await channel.submit(counter, 'Put', { key: 'last' });
    await reading;
    expect(breaks.length).toBeGreaterThan(0);
    expect(new Set(seen).size).toBe(seen.length);
    for (const transactionId of acknowledged) expect(seen).toContain(transactionId);
  });

  test('of the client with submits in flight: its journal finishes them, each once', async () => {
    const database = join(network.dir, 'client.db');
    const { connection, mspId, certificatePem, privateKeyPem } = network.connectOptions();
    const configuration = join(network.dir, 'client.json');
    writeFileSync(
      configuration,
      JSON.stringify({ connection, mspId, certificatePem, privateKeyPem, database, inFlight: IN_FLIGHT }),
    );
    const child = fork(CLIENT, [configuration], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    const acknowledged: string[] = [];
    child.on('message', (transactionId: string) => {
      acknowledged.push(transactionId);
      if (acknowledged.length === 2 * IN_FLIGHT) child.kill('SIGKILL');
    });
    await once(child, 'close');

    using store = openLedgerStore(database);
    const left = await store.journal.list();
    expect(left.length).toBeGreaterThan(0);
    using ledger = connectTo(network, { journal: store.journal });
    const resumed = await ledger.resume();
    expect(resumed.map(({ transactionId, error }) => [transactionId, error])).toEqual(
      left.map(({ transactionId }) => [transactionId, undefined]),
    );
    const puts = await validPuts(ledger);
    for (const { transactionId } of left) expect(puts.get(transactionId)).toBe(1);
    for (const transactionId of acknowledged) expect(puts.get(transactionId)).toBe(1);
  });
});
