import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@jest/globals';
import { GatewayClock } from '../device-clock/index.js';
import { startClockProof } from './clock-proof.js';

const silent = { warn: () => undefined, error: () => undefined };

test('a provider’s answer proves the gateway’s clock right after the start; one that is away is passed over', async () => {
  const server = createServer((_request, response) => response.writeHead(404).end()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const gatewayClock = new GatewayClock({ clock: Date.now, logger: silent });
  const providers = [{ url: 'http://127.0.0.1:1' }, { url: `http://127.0.0.1:${port}` }];
  const worker = startClockProof({ gatewayClock, providers, logger: silent });
  await once(server, 'request');
  while (!gatewayClock.isProved) await new Promise(setImmediate);
  expect(gatewayClock.isProved).toBe(true);
  await worker.stop();
  server.close();
});
