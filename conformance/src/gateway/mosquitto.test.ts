import { once } from 'node:events';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { signerFromPkcs8 } from '@careledger/crypto';
import { eventually } from '@careledger/examples';
import { DeviceSession, pairDevice, type PairedDevice } from '@careledger/examples/device';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import {
  GATEWAY_ID,
  GatewayFixture,
  glucose,
  type GatewayPatient,
} from '../fixtures/services/gateway-fixture.js';
import { Mosquitto, findMosquitto } from '../fixtures/deployments/mosquitto.js';

const PROGRAM = findMosquitto();
const TIMEOUT_MS = 60_000;

interface CertifiedDevice {
  readonly device: PairedDevice;
  readonly tls: Required<Pick<IClientOptions, 'ca' | 'cert' | 'key'>>;
}

let dir: string;
let broker: Mosquitto;
let fixture: GatewayFixture;
let patient: GatewayPatient;

async function certified(): Promise<CertifiedDevice> {
  const key = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const { pairingCode } = await fixture.own(patient, 'POST', '/pairing-codes');
  const device = await pairDevice({
    gatewayUrl: fixture.gateway.url,
    gatewayId: GATEWAY_ID,
    pairingCode: String(pairingCode),
    type: 'continuous-glucose-monitor',
    codes: ['2339-0'],
    signer: signerFromPkcs8(key),
  });
  const ca = await readFile(broker.caFile, 'utf8');
  return { device, tls: { key, cert: await broker.certify(key), ca } };
}

const open = ({ device, tls }: CertifiedDevice) => DeviceSession.open(device, tls);
const send = (session: DeviceSession) => session.send([glucose(Date.now(), 100)]);

/** A connection of the device's, once: it does not come back by itself. */
const connectOnce = ({ device, tls }: CertifiedDevice, more: IClientOptions = {}): Promise<MqttClient> =>
  connectAsync(
    device.registration.mqttUrl,
    { ...tls, clientId: device.registration.deviceId, protocolVersion: 4, reconnectPeriod: 0, ...more },
    false,
  );

const closed = (client: MqttClient) => new Promise<void>((resolve) => client.once('close', () => resolve()));

/** CONNECT of MQTT 3.1.1 with a clean session and no client id. */
const CONNECT = Buffer.from('100c00044d5154540402003c0000', 'hex');
const CONNACK_ACCEPTED = '20020000';

/** Resumes a TLS session, is let in on it, and resolves when the broker ends the connection. */
async function resumeUntilClosed({ tls }: CertifiedDevice, session: Buffer): Promise<void> {
  const socket = connectTls({ ...tls, port: broker.devicePort, host: 'localhost', session });
  const isClosed = once(socket, 'close');
  await once(socket, 'secureConnect');
  expect(socket.isSessionReused()).toBe(true);
  socket.write(CONNECT);
  const [answer] = (await once(socket, 'data')) as [Buffer];
  expect(answer.toString('hex')).toBe(CONNACK_ACCEPTED);
  await isClosed;
}

const act = ({ device }: CertifiedDevice, action: 'suspend' | 'resume' | 'revoke') =>
  fixture.own(patient, 'POST', `/devices/${device.registration.deviceId}/${action}`);

const isRefused = (device: CertifiedDevice): Promise<true | undefined> =>
  connectOnce(device).then(
    async (client) => {
      await client.endAsync(true);
      return undefined;
    },
    () => true,
  );

(PROGRAM === undefined ? describe.skip : describe)('the broker of the containers', () => {
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'careledger-mosquitto-'));
    broker = await Mosquitto.start(PROGRAM ?? '', dir);
    process.env['NODE_EXTRA_CA_CERTS'] = broker.caFile;
    fixture = await GatewayFixture.start({ gateway: { mqtt: await broker.gatewayConfig() } });
    patient = await fixture.patient();
  }, 120_000);
  afterAll(async () => {
    await fixture[Symbol.asyncDispose]();
    await broker[Symbol.asyncDispose]();
    delete process.env['NODE_EXTRA_CA_CERTS'];
    await rm(dir, { recursive: true });
  }, TIMEOUT_MS);

  test(
    'client-id-taken: a device that calls itself the gateway, or another device, takes nobody’s session and hears nothing',
    async () => {
      const victim = await certified();
      const thief = await certified();
      await using session = await open(victim);
      expect(await send(session)).toMatchObject({ status: 'stored' });
      const { deviceId } = victim.device.registration;
      const shard = `${GATEWAY_ID}-${deviceId.slice(-1)}`;
      for (const clientId of [shard, `${GATEWAY_ID}-sessions`, deviceId]) {
        const intruder = await connectOnce(thief, { clientId, clean: false });
        const heard: string[] = [];
        let isClosed = false;
        intruder.on('message', (topic) => heard.push(topic));
        intruder.on('close', () => (isClosed = true));
        // Whoever had lost its session would be back by then, and take it back.
        for (const untilMs = Date.now() + 1_500; Date.now() < untilMs;)
          expect(await send(session)).toMatchObject({ status: 'stored' });
        expect([isClosed, heard, session.client.connected]).toEqual([false, [], true]);
        await intruder.endAsync(true);
      }
    },
    TIMEOUT_MS,
  );

  test(
    'revoked-certificate: the session ends, and the certificate connects no more: neither afresh nor by a TLS session that was kept',
    async () => {
      const [device, other] = [await certified(), await certified()];
      await using bystander = await open(other);
      const client = await connectOnce(device);
      const kept = (client.stream as TLSSocket).getSession();
      if (kept === undefined) throw new Error('The broker gave no TLS session to keep');
      const isClosed = closed(client);
      await act(device, 'revoke');
      await isClosed;
      await eventually('the certificate being refused', () => isRefused(device));
      // OpenSSL looks at no certificate when a session is resumed: the gateway sees who came.
      await resumeUntilClosed(device, kept);
      expect(await send(bystander)).toMatchObject({ status: 'stored' });
      expect(bystander.client.connected).toBe(true);
      const again = await broker.certify(String(device.tls.key));
      expect(await isRefused({ ...device, tls: { ...device.tls, cert: again } })).toBe(true);
    },
    TIMEOUT_MS,
  );

  test(
    'a suspended device is kept out until it is resumed, also by a broker and a gateway that started again',
    async () => {
      const device = await certified();
      const client = await connectOnce(device);
      const isClosed = closed(client);
      await act(device, 'suspend');
      await isClosed;
      await eventually('the certificate being refused', () => isRefused(device));
      await fixture.layers.processes.child('gateway').kill();
      await broker.restart();
      expect(await isRefused(device)).toBe(true);
      await fixture.layers.processes.child('gateway').start();
      expect(await isRefused(device)).toBe(true);
      await act(device, 'resume');
      await eventually('the device being let in', async () =>
        (await isRefused(device)) === true ? undefined : true,
      );
      await using session = await open(device);
      expect(await send(session)).toMatchObject({ status: 'stored' });
    },
    TIMEOUT_MS,
  );
});
