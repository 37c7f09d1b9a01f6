import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setDefaultCACertificates } from 'node:tls';
import { Authority, Gateway } from '@careledger/client';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Home } from '../fixtures/deployments/home.js';
import { settled } from '../fixtures/deployments/settled.js';
import { SteadyDevice } from '../fixtures/deployments/steady-device.js';
import {
  ComposeDeployment,
  isDeploymentMeant,
  type LedgerHead,
} from '../fixtures/deployments/compose-deployment.js';

const TIMEOUT_MS = 600_000;
/** Frames before anything is asked: hours of records, several sealed blocks. */
const FRAMES_BEFORE = 200;
const FRAMES_AFTER = 70;
/** Between two frames of a device that sends while it is backed up. */
const PAUSE_MS = 10;
/** Nobody's connection may break over a backup: MQTT clients and peers wait for longer. */
const STILL_LIMIT_S = 5;
/** Containers and volumes beside those that are backed up, which stay. */
const RESTORED = 'careledger-restored';

// The tests build on one another: one deployment, two backups of it, each restored onto nothing.
(isDeploymentMeant() ? describe : describe.skip)('a backup of a deployment in containers', () => {
  const dir = mkdtempSync(join(tmpdir(), 'careledger-compose-backup-'));
  const underLoad = join(dir, 'under-load');
  const idle = join(dir, 'idle');
  const first = new ComposeDeployment();
  const second = new ComposeDeployment(RESTORED);
  let hospital: Authority;
  let home: Home;
  let acknowledged = 0;
  let idleLedgers: LedgerHead[];
  let idleChain: Awaited<ReturnType<Home['chain']>>;
  let oldRecord: string;

  beforeAll(async () => {
    const ca = await first.trust();
    setDefaultCACertificates([ca]);
    hospital = new Authority(await first.connection('api-hospital', 'practitioner'));
    const ops = new Gateway(await first.connection('gateway', 'ops'));
    home = await Home.enrol(ops, hospital, ca, (keyPem) => first.certify(keyPem));
  }, TIMEOUT_MS);
  afterAll(async () => {
    await home[Symbol.asyncDispose]();
    await second.destroy();
    await first.up();
    rmSync(dir, { recursive: true, force: true });
  }, TIMEOUT_MS);

  const openAtHospital = (recordId: string) => home.openAt(hospital, recordId);

  test(
    'is made while a device sends: all stands still for a moment, and no frame is refused',
    async () => {
      for (; acknowledged < FRAMES_BEFORE; acknowledged += 1) await home.send();
      const device = new SteadyDevice(home, PAUSE_MS);
      const printed = await first.make('backup', `DIR=${underLoad}`);
      const during = (await device.end()).acknowledged;
      process.stderr.write(`${printed}, ${during} frames meanwhile\n`);
      const [, seconds] = /everything stood still for ([\d.]+) s$/.exec(printed) ?? [];
      expect(during).toBeGreaterThan(0);
      expect(Number(seconds)).toBeLessThan(STILL_LIMIT_S);
      await expect(first.make('backup', `DIR=${underLoad}`)).rejects.toMatchObject({
        stderr: expect.stringContaining('is there already'),
      });
    },
    TIMEOUT_MS,
  );

  test(
    'does not replace a deployment that is there',
    async () => {
      await home.flush();
      const versions = await home.versions();
      expect(versions.every(({ stage }) => stage === 'announced')).toBe(true);
      oldRecord = versions.at(-1)?.recordId ?? '';
      await openAtHospital(oldRecord);
      idleLedgers = await settled(first);
      idleChain = await home.chain();
      await first.make('backup', `DIR=${idle}`);
      expect(await settled(first)).toEqual(idleLedgers);
      await expect(first.make('restore', `DIR=${idle}`, 'CONFIRM=yes')).rejects.toMatchObject({
        stderr: expect.stringContaining('there is a deployment already'),
      });
      expect(existsSync(`${idle}.partial`)).toBe(false);
    },
    TIMEOUT_MS,
  );

  test(
    'fills empty volumes: the same heights and heads, the same chain, and everything goes on',
    async () => {
      await first.stop();
      const beganMs = Date.now();
      await second.make('restore', `DIR=${idle}`, 'CONFIRM=yes');
      process.stderr.write(`restored within ${Date.now() - beganMs} ms\n`);
      expect(await second.ledgers()).toEqual(idleLedgers);
      expect(await home.chain()).toEqual(idleChain);
      const { frames } = await home.verify();
      // Ciphertext, wrapped key and the hospital's own key are there.
      expect(await openAtHospital(oldRecord)).toBeGreaterThan(0);

      // The device knows of nothing: it goes on with its next counter.
      for (let i = 0; i < FRAMES_AFTER; i += 1) await home.send();
      await home.flush();
      expect(await home.verify()).toMatchObject({
        ok: true,
        frames: frames + FRAMES_AFTER,
        missing: 0,
        gaps: 0,
      });
      expect((await home.chain()).fault).toBeUndefined();
      const versions = await home.versions();
      expect(versions.every(({ stage }) => stage === 'announced')).toBe(true);
      expect(await openAtHospital(versions[0]?.recordId ?? '')).toBeGreaterThan(0);
      await second.destroy();
    },
    TIMEOUT_MS,
  );

  test(
    'of the moment under load: what was acknowledged before is there, and what was in flight arrives',
    async () => {
      await second.make('restore', `DIR=${underLoad}`, 'CONFIRM=yes');
      await home.flush();
      const report = await home.verify();
      expect(report).toMatchObject({ ok: true, missing: 0, gaps: 0, faultCount: 0 });
      expect(report.frames).toBeGreaterThanOrEqual(acknowledged);
      expect((await home.chain()).fault).toBeUndefined();
      expect((await home.versions()).every(({ stage }) => stage === 'announced')).toBe(true);
      expect(await openAtHospital(oldRecord)).toBeGreaterThan(0);
    },
    TIMEOUT_MS,
  );
});
