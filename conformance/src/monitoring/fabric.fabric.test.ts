import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MutualTlsClient } from '@careledger/network-admin';
import { PORT_OFFSETS } from '@careledger/network-definition';
import { chaincodeHostCommand, findFabricBinaries, NativeNetwork } from '@careledger/network-runners';
import { describe, expect, test } from '@jest/globals';
import { exposedMetrics, isFabricMetric, namedMetrics } from './named-metrics.js';

const TIMEOUT_MS = 180_000;

const hasFabric = (await findFabricBinaries()) !== undefined;
if (!hasFabric)
  process.stderr.write('SKIPPED: no Fabric here, so its metrics are not compared with the dashboard’s\n');

(hasFabric ? describe : describe.skip)('what dashboards and alerting rules read of Fabric', () => {
  test(
    'is there on /metrics of real peers and BFT orderers',
    async () => {
      const root = await mkdtemp(join(tmpdir(), 'careledger-fabric-metrics-'));
      await using stack = new AsyncDisposableStack();
      stack.defer(() => rm(root, { recursive: true, force: true }));
      const network = new NativeNetwork({ root, chaincode: await chaincodeHostCommand() });
      stack.defer(async () => {
        await network.down();
      });
      const plan = await network.up({ profile: 'full', portOffset: PORT_OFFSETS.monitoring });
      const { layout } = network;
      const expositions = await Promise.all(
        [...plan.peers, ...plan.orderers].map(async ({ id, mspId, host, operationsPort }) => {
          const { cert, key } = layout.adminTls(mspId);
          const [tlsRoot = '', clientCert = '', clientKey = ''] = await Promise.all(
            [layout.tlsCa(mspId).cert, cert, key].map((path) => readFile(path, 'utf8')),
          );
          using client = new MutualTlsClient({
            id,
            host,
            port: operationsPort,
            tlsRoot,
            clientCert,
            clientKey,
          });
          return (await client.send('GET', '/metrics', [200])).body;
        }),
      );
      const live = new Set(expositions.flatMap(exposedMetrics));
      const named = namedMetrics().filter(isFabricMetric);
      expect(named.length).toBeGreaterThan(6);
      expect(named.filter((name) => !live.has(name))).toEqual([]);
    },
    TIMEOUT_MS,
  );
});
