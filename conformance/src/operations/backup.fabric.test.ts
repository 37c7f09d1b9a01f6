import { randomUUID } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setDefaultCACertificates } from 'node:tls';
import { Authority, Gateway } from '@careledger/client';
import { PORT_OFFSETS } from '@careledger/network-definition';
import { findFabricBinaries } from '@careledger/network-runners';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Home } from '../fixtures/deployments/home.js';
import { NativeDeployment, type Ledgers } from '../fixtures/deployments/native-deployment.js';
import { settled } from '../fixtures/deployments/settled.js';
import { SteadyDevice } from '../fixtures/deployments/steady-device.js';

const TIMEOUT_MS = 240_000;
/** Frames before anything is asked: ten hours of records, a dozen sealed blocks. */
const FRAMES_BEFORE = 600;
const FRAMES_AFTER = 120;
/** Between two frames of a device that sends while it is backed up. */
const PAUSE_MS = 10;
/** Nobody's connection may break over a backup: MQTT clients and peers wait for longer. */
const HALTED_LIMIT_MS = 5_000;

const binaries = await findFabricBinaries();
if (binaries === undefined)
  console.warn('SKIPPED: backup on real Fabric needs peer and orderer on PATH or in FABRIC_BIN');

// The tests build on one another: one deployment, two backups of it, each restored onto nothing.
(binaries === undefined ? describe.skip : describe)('a backup of a deployment on real Fabric', () => {
  // Made when something is put in it: a skipped test leaves none.
  const dir = join(tmpdir(), `careledger-backup-${randomUUID()}`);
  const underLoad = join(dir, 'backup-under-load');
  const idle = join(dir, 'backup-idle');
  const stack = new AsyncDisposableStack();
  stack.defer(() => rmSync(dir, { recursive: true, force: true }));
  const host = (name: string): NativeDeployment => {
    const deployment = new NativeDeployment(join(dir, name));
    stack.defer(() => deployment.destroy());
    return deployment;
  };
  const first = host('first');
  let hospital: Authority;
  let home: Home;
  /** Frames that were acknowledged before the backup under load began. */
  let acknowledged = 0;
  let idleLedgers: Ledgers;
  let idleChain: Awaited<ReturnType<Home['chain']>>;
  let oldRecord: string;

  beforeAll(async () => {
    await first.start(PORT_OFFSETS.backup);
    const ca = await first.trust();
    setDefaultCACertificates([ca]);
    hospital = new Authority(await first.connection('api-hospital', 'practitioner'));
    const ops = new Gateway(await first.connection('gateway', 'ops'));
    home = stack.use(await Home.enrol(ops, hospital, ca));
  }, TIMEOUT_MS);

  afterAll(() => stack.disposeAsync(), TIMEOUT_MS);

  const openAtHospital = (recordId: string) => home.openAt(hospital, recordId);

  test(
    'is made while a device sends: everything is halted for a moment, and no frame is refused',
    async () => {
      for (; acknowledged < FRAMES_BEFORE; acknowledged++) await home.send();
      const device = new SteadyDevice(home, PAUSE_MS);
      const { files, bytes, haltedMs } = await first.backup(underLoad);
      const during = (await device.end()).acknowledged;
      process.stderr.write(
        `backup: ${files} files, ${bytes} bytes, all halted for ${haltedMs} ms, ${during} frames meanwhile\n`,
      );
      expect(during).toBeGreaterThan(0);
      expect(haltedMs).toBeLessThan(HALTED_LIMIT_MS);
    },
    TIMEOUT_MS,
  );

  test(
    'is refused where it would overwrite something, and restored nowhere beside what it is a copy of',
    async () => {
      await home.flush();
      const announced = await home.versions();
      expect(announced.every(({ stage }) => stage === 'announced')).toBe(true);
      oldRecord = announced.at(-1)?.recordId ?? '';
      await openAtHospital(oldRecord);
      idleLedgers = await settled(first);
      idleChain = await home.chain();
      await first.backup(idle);
      expect(await first.ledgers()).toEqual(idleLedgers);

      await expect(first.backup(idle)).rejects.toMatchObject({
        stderr: expect.stringMatching(/^NOT_EMPTY/m),
      });
      await expect(first.restore(idle)).rejects.toMatchObject({
        stderr: expect.stringMatching(/^NOT_EMPTY/m),
      });
      const beside = host('beside');
      await expect(beside.restore(idle)).rejects.toMatchObject({
        stderr: expect.stringMatching(/^PORT_TAKEN/m),
      });
      expect(existsSync(beside.dir)).toBe(false);
    },
    TIMEOUT_MS,
  );

  test(
    'restored onto an empty host: the same heights and heads, the same chain, and everything goes on',
    async () => {
      await first.destroy();
      const second = host('second');
      await second.restore(idle);
      expect(await second.ledgers()).toEqual(idleLedgers);
      expect(await home.chain()).toEqual(idleChain);
      const frames = (await home.verify()).frames;
      expect(frames).toBeGreaterThan(FRAMES_BEFORE);
      // Ciphertext, wrapped key and the hospital's own key are there.
      expect(await openAtHospital(oldRecord)).toBeGreaterThan(0);

      // The device knows of nothing: it goes on with its next counter.
      const before = await home.versions();
      for (let i = 0; i < FRAMES_AFTER; i++) await home.send();
      await home.flush();
      expect(await home.verify()).toMatchObject({
        ok: true,
        frames: frames + FRAMES_AFTER,
        missing: 0,
        gaps: 0,
      });
      expect((await home.chain()).fault).toBeUndefined();
      const after = await home.versions();
      expect(after.length).toBeGreaterThan(before.length);
      expect(after.every(({ stage }) => stage === 'announced')).toBe(true);
      const [newest] = after;
      expect(await openAtHospital(newest?.recordId ?? '')).toBeGreaterThan(0);
      await second.destroy();
    },
    TIMEOUT_MS,
  );

  test(
    'of the moment under load: what was acknowledged before is there, and what was in flight arrives',
    async () => {
      const third = host('third');
      await third.restore(underLoad);
      await home.flush();
      const report = await home.verify();
      expect(report).toMatchObject({ ok: true, missing: 0, gaps: 0, faultCount: 0 });
      expect(report.frames).toBeGreaterThanOrEqual(acknowledged);
      expect((await home.chain()).fault).toBeUndefined();
      expect((await home.versions()).every(({ stage }) => stage === 'announced')).toBe(true);
      expect(await openAtHospital(oldRecord)).toBeGreaterThan(0);

      // What this host has never seen is not passed over in silence.
      const lost = home.sent - report.frames;
      await home.send();
      await home.flush();
      const goesOn = { ok: true, missing: 0, gaps: lost, frames: report.frames + 1 };
      expect(await home.verify()).toMatchObject(goesOn);
    },
    TIMEOUT_MS,
  );
});
