import { afterAll, expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { ordererHeights } from '../operations/heights.js';
import { rotate } from '../operations/rotate.js';
import { TestClient } from '../../testing/client.js';
import { PORT_OFFSETS } from '@careledger/network-definition';
import { describeOnFabric, testNetwork } from '../../testing/fabric.js';

const FIRST_TRANSACTION_LIMIT_MS = 60_000;
const LEVEL_LIMIT_MS = 60_000;
const TEST_TIMEOUT_MS = 240_000;

describeOnFabric('the full network on real Fabric: four BFT orderers, seven organisations', () => {
  const network = testNetwork();
  afterAll(() => network.destroy(), TEST_TIMEOUT_MS);

  const write = async (channel: string, mspId: string, key: string, value: string): Promise<void> => {
    using client = await TestClient.connect(network.layout, { channel, mspId });
    await client.put(key, value);
  };

  /** A restarted BFT orderer notices only after a while that it is behind; until then it cannot be counted on. */
  const waitUntilLevel = async (orderer: string): Promise<void> => {
    const started = performance.now();
    for (;;) {
      const heights = await ordererHeights(network);
      const behind = heights.filter(
        (own) =>
          own.orderer === orderer && heights.some((h) => h.channel === own.channel && h.height > own.height),
      );
      if (behind.length === 0) break;
      if (performance.now() - started > LEVEL_LIMIT_MS)
        throw new Error(`${orderer} stays behind: ${JSON.stringify(heights)}`);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    process.stderr.write(
      `full: ${orderer} level after ${((performance.now() - started) / 1000).toFixed(1)} s\n`,
    );
  };

  test(
    'from nothing to the first committed transaction within the limit',
    async () => {
      const started = performance.now();
      await network.up({ profile: 'full', portOffset: PORT_OFFSETS.runnerFull });
      await write('authorities', 'LabMSP', 'first', 'committed');
      const elapsedMs = performance.now() - started;
      process.stderr.write(`full: first transaction after ${(elapsedMs / 1000).toFixed(1)} s\n`);
      expect(elapsedMs).toBeLessThan(FIRST_TRANSACTION_LIMIT_MS);
      await write('cloud', 'CloudBMSP', 'first', 'committed');
    },
    TEST_TIMEOUT_MS,
  );

  test(
    'one BFT orderer down: the others go on at once, and it catches up when it is back',
    async () => {
      await network.processes.stop('orderer-lab');
      const started = performance.now();
      await write('authorities', 'PharmacyMSP', 'without', 'lab');
      await write('cloud', 'CloudAMSP', 'without', 'lab');
      process.stderr.write(
        `full: two writes with one orderer down: ${Math.round(performance.now() - started)} ms\n`,
      );
      await network.up();
      await waitUntilLevel('orderer-lab');
    },
    TEST_TIMEOUT_MS,
  );

  test(
    'an orderer gets new keys while the others order; then blocks are valid with its signature',
    async () => {
      const { cert } = network.layout.nodeTls('HospitalMSP', 'orderer-hospital');
      const before = await readFile(cert, 'utf8');
      await rotate(network, 'orderer-hospital');
      expect(await readFile(cert, 'utf8')).not.toBe(before);
      await write('authorities', 'PharmacyMSP', 'rotated', 'yes');
      await write('cloud', 'CloudAMSP', 'rotated', 'yes');
      await waitUntilLevel('orderer-hospital');
      // A block needs three of four: without another one, it needs the one that was changed.
      await network.processes.stop('orderer-lab');
      await write('authorities', 'PharmacyMSP', 'signed', 'by the new key');
      await network.up();
      await waitUntilLevel('orderer-lab');
    },
    TEST_TIMEOUT_MS,
  );

  test(
    'kill -9 of everything: up brings it back with its data',
    async () => {
      for (const { name } of await network.status()) await network.processes.signal(name, 'SIGKILL');
      await network.up();
      using client = await TestClient.connect(network.layout, {
        channel: 'authorities',
        mspId: 'InsurerMSP',
      });
      expect(await client.get('rotated')).toBe('yes');
      await client.put('after', 'the kill');
    },
    TEST_TIMEOUT_MS,
  );
});
