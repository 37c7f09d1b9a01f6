import { describe, expect, test } from '@jest/globals';
import { failureOf } from '../../../testing/failure.js';
import {
  PROBE_SOURCE,
  TemporaryFolder,
  TestClient,
  jsonOf,
  startTestDevnet,
  textOf,
} from '../../../testing/network.js';
import { packageWithOwnShim } from '../../../testing/packages.js';

const TEST_TIMEOUT_MS = 60_000;

describe('modules that the devnet runs', () => {
  test(
    'two packages with a shim of their own start together, each in a process of its own',
    async () => {
      await using folder = await TemporaryFolder.make();
      const paths = [
        await packageWithOwnShim(folder, 'first'),
        await packageWithOwnShim(folder, 'second'),
      ] as const;
      await using devnet = await startTestDevnet(folder, {
        channels: {
          ch: {
            organizations: ['A', 'B'],
            chaincodes: {
              first: { source: `module:${paths[0]}` },
              second: { source: `module:${paths[1]}` },
            },
          },
        },
      });
      using client = await TestClient.open(devnet, 'ch', 'A');
      expect(textOf(await client.contract('first').submitTransaction('who'))).toBe('first');
      expect(textOf(await client.contract('second').submitTransaction('who'))).toBe('second');
      expect(new Set(devnet.chaincodePids.values()).size).toBe(2);
      expect([...devnet.chaincodePids.keys()].sort()).toEqual([...paths].sort());
    },
    TEST_TIMEOUT_MS,
  );

  test('a package whose process ends leaves the others as they are', async () => {
    await using folder = await TemporaryFolder.make();
    const other = await packageWithOwnShim(folder, 'other');
    await using devnet = await startTestDevnet(folder, {
      channels: {
        ch: {
          organizations: ['A'],
          chaincodes: { probe: { source: PROBE_SOURCE }, other: { source: `module:${other}` } },
        },
      },
    });
    using client = await TestClient.open(devnet, 'ch', 'A');
    const pid = devnet.chaincodePids.get(other);
    const failure = await failureOf(client.contract().evaluateTransaction('crash'));
    expect(failure.details[0]).toContain('chaincode stream terminated');
    expect(textOf(await client.contract('other').evaluateTransaction('who'))).toBe('other');
    expect(devnet.chaincodePids.get(other)).toBe(pid);
  });

  test("getMspID: the chaincode of each organisation's peer is told whose it is, however many run at once", async () => {
    await using folder = await TemporaryFolder.make();
    await using devnet = await startTestDevnet(folder);
    const ask = async (mspId: string): Promise<unknown> => {
      using client = await TestClient.open(devnet, 'ch', 'A');
      return jsonOf(await client.contract().evaluate('peerMspIds', { endorsingOrganizations: [mspId] }));
    };
    const asked = Array.from({ length: 30 }, (_, index) => ['A', 'B', 'C'][index % 3] ?? '');
    expect(await Promise.all(asked.map(ask))).toEqual(asked.map((mspId) => [mspId, mspId, mspId, true]));
  });
});
