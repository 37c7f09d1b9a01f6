import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { expect, test } from '@jest/globals';
import { framesTopic, resultsTopic } from '@careledger/protocol';
import { Aedes } from 'aedes';
import { connectAsync } from 'mqtt';
import { TestCore } from '../../testing/test-core.js';
import { ExternalBroker } from './external.js';

const silent = { info: () => undefined, warn: () => undefined };

test('frames of an external broker: stored before the PUBACK, results published, kept for a gateway that was away', async () => {
  await using t = await TestCore.open();
  const device = t.pair(await t.patient());
  const aedes = await Aedes.createBroker();
  const server = createServer((socket) => void aedes.handle(socket)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { devices, pipeline } = t.core;
  const start = () =>
    ExternalBroker.start({
      devices,
      pipeline,
      url,
      gatewayId: 'gw',
      shards: [device.deviceId.slice(-1)],
      logger: silent,
    });
  const publisher = await connectAsync(url, { protocolVersion: 4, reconnectPeriod: 0 });
  const results: string[] = [];
  publisher.on('message', (_topic, payload) => results.push(payload.toString()));
  await publisher.subscribeAsync(resultsTopic(device.deviceId));
  const publish = () =>
    publisher.publishAsync(framesTopic(device.deviceId), Buffer.from(device.frame(t.nowMs).bytes), {
      qos: 1,
    });
  const until = async (count: number): Promise<void> => {
    while (results.length < count)
      await new Promise<void>((resolve) => publisher.once('message', () => resolve()));
  };

  const first = await start();
  await publish();
  await until(1);
  await first.close();
  await publish();
  await publish();
  expect(pipeline.counters.stored).toBe(1);
  await using second = await start();
  await until(3);
  expect(second.url).toBe(url);
  expect(results.map((result) => JSON.parse(result) as unknown)).toEqual(
    [0, 1, 2].map((seq) => ({ seq, status: 'stored', height: 1, gatewayTime: expect.any(String) })),
  );
  expect(t.core.frames.framesAfter(0, 10).frames).toHaveLength(3);

  // The store cannot take it once: it is delivered again, and stored once.
  const { store } = t.core;
  const commit = store.deferred.bind(store);
  store.deferred = () => {
    store.deferred = commit;
    throw new Error('disk is full');
  };
  await publish();
  await until(4);
  expect(t.core.frames.framesAfter(0, 10).frames).toHaveLength(4);
  await second.close();
  await publisher.endAsync(true);
  await new Promise<void>((resolve) => aedes.close(() => resolve()));
  server.close();
}, 20_000);
