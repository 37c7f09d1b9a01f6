import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setDefaultCACertificates } from 'node:tls';
import { signerFromPkcs8 } from '@careledger/crypto';
import { timestampOf } from '@careledger/domain';
import { DeviceSession, Door, eventually, pairDevice } from '@careledger/examples';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { Type } from 'typebox';
import { Deployment } from './deployment.js';

const TIMEOUT_MS = 600_000;
const GATEWAY_URL = `https://localhost:${process.env['GATEWAY_PORT'] ?? '8440'}`;
const MMHG = 'mm[Hg]';
const SYSTOLIC = '8480-6';

/** It kills containers, so nobody's deployment is tested by chance: `make test-deployment` says that it may. */
const isMeant = process.env['CARELEDGER_TEST_DEPLOYMENT'] === 'yes' && Deployment.isUp();
if (!isMeant)
  process.stderr.write('SKIPPED: the deployment in containers is tested by "make test-deployment" alone\n');

/** The request for a device's certificate, as a device with openssl would make it. */
function certificateRequest(keyPem: string): string {
  const dir = mkdtempSync(join(tmpdir(), 'careledger-device-'));
  try {
    writeFileSync(join(dir, 'key.pem'), keyPem, { mode: 0o600 });
    const args = ['req', '-new', '-key', join(dir, 'key.pem'), '-subj', '/CN=device'];
    return execFileSync('openssl', args, { encoding: 'utf8' });
  } finally {
    rmSync(dir, { recursive: true });
  }
}

(isMeant ? describe : describe.skip)('a deployment in containers', () => {
  const deployment = new Deployment();
  let ops: Door;
  let ca: string;
  beforeAll(async () => {
    ca = await deployment.trust();
    setDefaultCACertificates([ca]);
    ops = new Door(GATEWAY_URL, await deployment.token('gateway', 'ops'));
  }, TIMEOUT_MS);

  /** A new patient with a paired device that the broker knows. */
  const newHome = async () => {
    const patient = await ops.call(
      'POST',
      '/v1/patients',
      Type.Object({ patientId: Type.String(), token: Type.String() }),
      { passphrase: 'correct horse battery staple' },
    );
    const { patientId } = patient;
    const { pairingCode, gatewayId } = await ops.call(
      'POST',
      `/v1/patients/${patientId}/pairing-codes`,
      Type.Object({ pairingCode: Type.String(), gatewayId: Type.String() }),
    );
    const key = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const device = await pairDevice({
      gatewayUrl: GATEWAY_URL,
      gatewayId,
      pairingCode,
      type: 'blood-pressure-monitor',
      codes: [SYSTOLIC],
      signer: signerFromPkcs8(key),
    });
    const cert = await deployment.certify(certificateRequest(key));
    return { patientId, session: await DeviceSession.open(device, { ca, cert, key }) };
  };
  const reading = (value: number) => [{ t: timestampOf(Date.now()), code: SYSTOLIC, value, unit: MMHG }];
  const flush = async (patientId: string) =>
    eventually('everything on its way arriving', async () => {
      const { isDrained, anchoredHeight } = await ops.call(
        'POST',
        `/v1/patients/${patientId}/flush?timeoutMs=20000`,
        Type.Object({ isDrained: Type.Boolean(), anchoredHeight: Type.Union([Type.Integer(), Type.Null()]) }),
      );
      return isDrained ? anchoredHeight : undefined;
    });

  test(
    'takes a certified device’s frame through the broker to both ledgers',
    async () => {
      const { patientId, session } = await newHome();
      await using device = session;
      expect(await device.send(reading(120))).toMatchObject({ seq: 0, status: 'stored' });
      expect(await flush(patientId)).toBeGreaterThanOrEqual(1);
    },
    TIMEOUT_MS,
  );

  test(
    'lets a device hear nothing of another, and nobody in without a certificate',
    async () => {
      const [eavesdropper, other] = await Promise.all([newHome(), newHome()]);
      await using ear = eavesdropper.session;
      await using mouth = other.session;
      const heard: string[] = [];
      ear.client.on('message', (topic) => heard.push(topic));
      await ear.client.subscribeAsync(['#', 'careledger/v1/+/+/frames', 'careledger/v1/+/+/results'], {
        qos: 1,
      });
      expect((await mouth.send(reading(121))).status).toBe('stored');
      // Its own result comes after whatever it might have heard before.
      expect((await ear.send(reading(122))).status).toBe('stored');
      expect(new Set(heard)).toEqual(new Set([ear.device.registration.resultsTopic]));
      await expect(DeviceSession.open(ear.device, { ca })).rejects.toThrow(/certificate required/);
    },
    TIMEOUT_MS,
  );

  test(
    'loses nothing when any of its containers is killed: each comes back by itself, with what it had',
    async () => {
      const { patientId, session } = await newHome();
      await using device = session;
      const before = await deployment.ledgers();
      const victims = [
        'orderer-patients',
        'mosquitto',
        'gateway',
        'cloud-a',
        'api-hospital',
        'chaincode-patients',
        'peer-patients',
      ];
      let sent = 0;
      for (const victim of victims) {
        const restarts = await deployment.restarts(victim);
        await deployment.kill(victim);
        // The device keeps a frame until the gateway has it, however long broker or gateway are away.
        expect((await device.send(reading(110 + sent))).status).toMatch(/^(stored|duplicate)$/);
        sent += 1;
        await deployment.healthy(victim, restarts + 1);
        process.stderr.write(`${victim} was killed and is back\n`);
      }
      await flush(patientId);
      const chain = await ops.call(
        'POST',
        `/v1/patients/${patientId}/chain/verify`,
        Type.Object({
          report: Type.Object({ ok: Type.Boolean(), missing: Type.Integer(), frames: Type.Integer() }),
        }),
      );
      expect(chain.report).toMatchObject({ ok: true, missing: 0, frames: sent });
      const after = await deployment.ledgers();
      for (const { peer, channel, height } of before) {
        const now = after.find((ledger) => ledger.peer === peer && ledger.channel === channel);
        expect(now?.height).toBeGreaterThanOrEqual(height);
      }
    },
    TIMEOUT_MS,
  );
});
