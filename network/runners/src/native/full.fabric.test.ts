import { afterAll, expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { rotateNode } from '../operations/rotate.js';
import { TestClient } from '../testing/client.js';
import { describeOnFabric, TEST_PORT_OFFSET, testNetwork } from '../testing/fabric.js';

const FIRST_TRANSACTION_LIMIT_MS = 60_000;
const TEST_TIMEOUT_MS = 180_000;

describeOnFabric('the full network on real Fabric: four BFT orderers, seven organisations', () => {
  const network = testNetwork();
  afterAll(() => network.destroy(), TEST_TIMEOUT_MS);

  const write = async (channel: string, mspId: string, key: string, value: string): Promise<void> => {
    using client = await TestClient.connect(network.layout, channel, mspId);
    await client.put(key, value);
  };

  test(
    'from nothing to the first committed transaction within the limit',
    async () => {
      const started = performance.now();
      await network.up({ profile: 'full', portOffset: TEST_PORT_OFFSET });
      await write('authorities', 'LabMSP', 'first', 'committed');
      const elapsedMs = performance.now() - started;
      process.stderr.write(`full: first transaction after ${(elapsedMs / 1000).toFixed(1)} s\n`);
      expect(elapsedMs).toBeLessThan(FIRST_TRANSACTION_LIMIT_MS);
      await write('cloud', 'CloudBMSP', 'first', 'committed');
    },
    TEST_TIMEOUT_MS,
  );

  test(
    'an orderer gets new keys while the others order; a block needs three of the four, so each in turn is needed',
    async () => {
      const { cert } = network.layout.nodeTls('HospitalMSP', 'orderer-hospital');
      const before = await readFile(cert, 'utf8');
      await rotateNode(network, 'orderer-hospital');
      expect(await readFile(cert, 'utf8')).not.toBe(before);
      // Without another follower, blocks are valid only with the signature of the one that was changed.
      await network.processes.stop('orderer-cloud-a');
      await write('authorities', 'PharmacyMSP', 'rotated', 'yes');
      await write('cloud', 'CloudAMSP', 'rotated', 'yes');
      await network.up();
    },
    TEST_TIMEOUT_MS,
  );

  test(
    'kill -9 of everything: up brings it back with its data',
    async () => {
      for (const { name } of await network.status()) await network.processes.signal(name, 'SIGKILL');
      await network.up();
      using client = await TestClient.connect(network.layout, 'authorities', 'InsurerMSP');
      expect(await client.get('rotated')).toBe('yes');
      await client.put('after', 'the kill');
    },
    TEST_TIMEOUT_MS,
  );
});
