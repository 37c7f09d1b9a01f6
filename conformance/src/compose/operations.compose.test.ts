import { setDefaultCACertificates } from 'node:tls';
import { Authority, Gateway } from '@careledger/client';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Home } from '../fixtures/deployments/home.js';
import { SteadyDevice } from '../fixtures/deployments/steady-device.js';
import { ComposeDeployment, isDeploymentMeant } from '../fixtures/deployments/compose-deployment.js';

const TIMEOUT_MS = 600_000;
const JOINING = 'PharmacyMSP';
const JOINING_PEER = 'peer-pharmacy';

(isDeploymentMeant() ? describe : describe.skip)('operating a deployment while a device sends', () => {
  const deployment = new ComposeDeployment();
  let hospital: Authority;
  let home: Home;
  let device: SteadyDevice;
  let wasThere: boolean;
  beforeAll(async () => {
    const ca = await deployment.trust();
    setDefaultCACertificates([ca]);
    hospital = new Authority(await deployment.connection('api-hospital', 'practitioner'));
    const ops = new Gateway(await deployment.connection('gateway', 'ops'));
    home = await Home.enrol(ops, hospital, ca, (keyPem) => deployment.certify(keyPem));
    wasThere = (await deployment.running()).includes(JOINING_PEER);
    device = new SteadyDevice(home);
  }, TIMEOUT_MS);
  afterAll(async () => {
    await device[Symbol.asyncDispose]();
    await home[Symbol.asyncDispose]();
  }, TIMEOUT_MS);

  /** Does what an operator does, and says what it printed last. */
  const operate = async (...command: readonly [string, ...string[]]) => {
    const beganMs = Date.now();
    const lines = (await deployment.make(...command)).split('\n');
    const last = lines.at(-1) ?? '';
    process.stderr.write(`make ${command.join(' ')}: ${last} (${Date.now() - beganMs} ms)\n`);
    return last;
  };
  const join = () => operate('add-org', `ORG=${JOINING}`);
  const leave = () => operate('remove-org', `ORG=${JOINING}`, 'CONFIRM=yes');

  test.each(['peer-hospital', 'orderer-patients', 'cloud-a', 'gateway', 'mosquitto'])(
    'certificates of %s are rotated, and it alone is started again',
    async (node) => {
      const before = await deployment.containers();
      expect(await operate('rotate-certs', `NODE=${node}`)).toMatch(`${node} has new certificates`);
      const after = await deployment.containers();
      const changed = [...after.keys()].filter((service) => after.get(service) !== before.get(service));
      expect(changed).toEqual([node]);
    },
    TIMEOUT_MS,
  );

  test(
    'a chaincode is upgraded',
    async () => {
      // A version of its own for each run: one that is committed changes nothing.
      const version = `1.${Math.floor(Date.now() / 1000)}`;
      expect(await operate('upgrade-chaincode', 'NAME=records', `VERSION=${version}`)).toBe(
        `records ${version} runs`,
      );
    },
    TIMEOUT_MS,
  );

  test(
    'an organisation leaves and joins, and its ledger is level with the others',
    async () => {
      if (wasThere) await leave();
      expect(await join()).toBe(`${JOINING} takes part`);
      expect(await deployment.running()).toContain(JOINING_PEER);
      const ledgers = await deployment.ledgers();
      const at = (peer: string) =>
        ledgers.find((ledger) => ledger.peer === peer && ledger.channel === 'authorities')?.height;
      // Blocks come all the time.
      expect(Math.abs((at(JOINING_PEER) ?? 0) - (at('peer-patients') ?? 0))).toBeLessThanOrEqual(2);
      if (!wasThere) {
        await leave();
        expect(await deployment.running()).not.toContain(JOINING_PEER);
      }
    },
    TIMEOUT_MS,
  );

  test(
    'nothing was lost over all of it: every frame is in the chain, every record is announced and opens',
    async () => {
      const frames = (await device.end()).acknowledged;
      process.stderr.write(`${frames} frames meanwhile\n`);
      await home.flush();
      expect(await home.verify()).toMatchObject({ ok: true, missing: 0, gaps: 0, frames });
      const versions = await home.versions();
      expect(versions.every(({ stage }) => stage === 'announced')).toBe(true);
      expect(await home.openAt(hospital, versions[0]?.recordId ?? '')).toBeGreaterThan(0);
      expect(await operate('doctor')).toBe('nothing is wrong');
    },
    TIMEOUT_MS,
  );

  test(
    'the doctor names what is away, and what brings it back does',
    async () => {
      await deployment.stop('peer-hospital');
      await expect(operate('doctor')).rejects.toMatchObject({
        stdout: expect.stringMatching(/^peer-hospital does not run: exited.*\n {2}fix: make up\n/),
      });
      await operate('up');
      expect(await operate('doctor')).toBe('nothing is wrong');
    },
    TIMEOUT_MS,
  );
});
