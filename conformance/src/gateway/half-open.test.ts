import { DeviceSession } from '@careledger/examples/device';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { SilentProxy } from '../fixtures/deployments/silent-proxy.js';
import { GatewayFixture, glucose } from '../fixtures/services/gateway-fixture.js';

/** What a device may take to notice that nobody is there, and to have its frame answered over a new connection. */
const NOTICED_WITHIN_MS = 15_000;

let fixture: GatewayFixture;
beforeAll(async () => {
  fixture = await GatewayFixture.start();
}, 120_000);
afterAll(() => fixture[Symbol.asyncDispose](), 60_000);

test('half-open: a connection that goes silent is given up, and what was not answered goes again', async () => {
  const patient = await fixture.patient();
  await using direct = await fixture.device(patient);
  await direct.close();
  const { device } = direct;
  await using proxy = await SilentProxy.start(device.registration.mqttUrl);
  const registration = { ...device.registration, mqttUrl: proxy.url };
  await using session = await DeviceSession.open({ ...device, registration });
  expect(await session.send([glucose(Date.now(), 100)])).toMatchObject({ seq: 0, status: 'stored' });
  proxy.silence();
  const silentMs = Date.now();
  // Stored when it went again; that result can be lost while the subscription is not renewed yet.
  const { seq, status } = await session.send([glucose(silentMs, 101)]);
  expect([seq, ['stored', 'duplicate'].includes(status)]).toEqual([1, true]);
  expect(Date.now() - silentMs).toBeLessThan(NOTICED_WITHIN_MS);
  expect(await session.send([glucose(silentMs + 1, 102)])).toMatchObject({ seq: 2, status: 'stored' });
}, 60_000);
