import { setDefaultCACertificates } from 'node:tls';
import { Authority, Gateway } from '@careledger/client';
import { DeviceSession } from '@careledger/examples';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { Home } from '../fixtures/deployments/home.js';
import {
  ComposeDeployment,
  isDeploymentMeant,
  type LedgerHead,
} from '../fixtures/deployments/compose-deployment.js';

const TIMEOUT_MS = 600_000;
/** On their way when everything is killed. */
const FRAMES_IN_FLIGHT = 20;

(isDeploymentMeant() ? describe : describe.skip)('a deployment in containers', () => {
  const deployment = new ComposeDeployment();
  let ops: Gateway;
  let hospital: Authority;
  let ca: string;
  beforeAll(async () => {
    ca = await deployment.trust();
    setDefaultCACertificates([ca]);
    ops = new Gateway(await deployment.connection('gateway', 'ops'));
    hospital = new Authority(await deployment.connection('api-hospital', 'practitioner'));
  }, TIMEOUT_MS);

  /** A new patient with a paired device that the broker knows. */
  const newHome = () => Home.enrol(ops, hospital, ca, (keyPem) => deployment.certify(keyPem));
  const expectNoBlockLost = async (before: readonly LedgerHead[]) => {
    const after = await deployment.ledgers();
    for (const { peer, channel, height } of before) {
      const now = after.find((ledger) => ledger.peer === peer && ledger.channel === channel);
      expect(now?.height).toBeGreaterThanOrEqual(height);
    }
  };

  test(
    'takes a certified device’s frame through the broker to both ledgers',
    async () => {
      await using home = await newHome();
      await home.send();
      await home.flush();
      expect(await home.verify()).toMatchObject({ ok: true, frames: 1 });
      const versions = await home.versions();
      expect(versions.map(({ stage }) => stage)).toEqual(['announced']);
    },
    TIMEOUT_MS,
  );

  test(
    'lets a device hear nothing of another, and nobody in without a certificate',
    async () => {
      await using ear = await newHome();
      await using mouth = await newHome();
      const { client, device } = ear.session;
      const heard: string[] = [];
      client.on('message', (topic) => heard.push(topic));
      await client.subscribeAsync(['#', 'careledger/v1/+/+/frames', 'careledger/v1/+/+/results'], { qos: 1 });
      await mouth.send();
      // Its own result comes after whatever it might have heard before.
      await ear.send();
      expect(new Set(heard)).toEqual(new Set([device.registration.resultsTopic]));
      await expect(DeviceSession.open(device, { ca })).rejects.toThrow(/certificate required/);
    },
    TIMEOUT_MS,
  );

  test(
    'loses nothing when any of its containers is killed: each comes back by itself, with what it had',
    async () => {
      await using home = await newHome();
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
      for (const victim of victims) {
        const restarts = await deployment.restarts(victim);
        await deployment.kill(victim);
        // The device keeps a frame until the gateway has it, however long broker or gateway are away.
        await home.send();
        await deployment.healthy(victim, restarts + 1);
        process.stderr.write(`${victim} was killed and is back\n`);
      }
      await home.flush();
      expect(await home.verify()).toMatchObject({ ok: true, missing: 0, gaps: 0, frames: victims.length });
      await expectNoBlockLost(before);
    },
    TIMEOUT_MS,
  );

  test(
    'loses nothing when all of its containers are killed at once',
    async () => {
      await using home = await newHome();
      await home.send();
      const before = await deployment.ledgers();
      const [first, ...others] = Array.from({ length: FRAMES_IN_FLIGHT }, () => home.send());
      await first;
      await deployment.killAll();
      expect(await deployment.running()).toEqual([]);
      const killedAtMs = Date.now();
      await deployment.up();
      process.stderr.write(`all were killed and are healthy again after ${Date.now() - killedAtMs} ms\n`);
      await Promise.all(others);
      await home.flush();
      expect(await home.verify()).toMatchObject({
        ok: true,
        missing: 0,
        gaps: 0,
        frames: FRAMES_IN_FLIGHT + 1,
      });
      expect((await home.chain()).fault).toBeUndefined();
      await expectNoBlockLost(before);
    },
    TIMEOUT_MS,
  );
});
