import { copyFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readStatement } from '@careledger/statements';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { ACKNOWLEDGE_WITHIN_MS, RecordsFixture } from '../../testing/records-fixture.js';
import { glucose, type MadeFrame, type SimulatedDevice } from '../../testing/simulated-device.js';
import type { Patient } from '../patients/index.js';

/** The store as it was after one of its transactions, and when. */
interface CrashPoint {
  readonly file: string;
  readonly nowMs: number;
}

let fixture: RecordsFixture;
let patient: Patient;
let device: SimulatedDevice;
let frame: MadeFrame;
beforeEach(async () => {
  fixture = await RecordsFixture.open();
  ({ patient, device } = await fixture.patient());
  fixture.grant(patient, fixture.hospital, { noticeRank: 1 });
  fixture.grant(patient, fixture.insurer, { noticeRank: 2 });
  const { nowMs } = fixture.testCore;
  frame = device.frame(nowMs, [glucose(nowMs, 49)]);
  fixture.insurer.acknowledgement = (sid) => {
    const notice = fixture.insurer.received.find(({ statement }) => sidOf(statement) === sid);
    return notice && fixture.insurer.acknowledge(notice);
  };
});
afterEach(() => fixture[Symbol.asyncDispose]());

const sidOf = (statement: string): string =>
  readStatement(statement, { maxChars: statement.length }).payload.sid;
const storeFile = () => join(fixture.testCore.folder, 'gateway.db');

/** Keeps a copy of the store after each transaction from now on. */
function keepCrashPoints(): CrashPoint[] {
  const points: CrashPoint[] = [];
  const { store } = fixture.core;
  const copying =
    <Args extends readonly unknown[], Result>(write: (...args: Args) => Result) =>
    (...args: Args): Result => {
      const result = write(...args);
      const file = `${storeFile()}.${points.length}`;
      store.database.prepare('VACUUM INTO ?').run(file);
      points.push({ file, nowMs: fixture.testCore.nowMs });
      return result;
    };
  store.deferred = copying(store.deferred.bind(store)) as typeof store.deferred;
  store.transaction = copying(store.transaction.bind(store)) as typeof store.transaction;
  return points;
}

async function crashAt({ file, nowMs }: CrashPoint): Promise<void> {
  await fixture.restart(async () => {
    for (const suffix of ['-wal', '-shm']) await rm(storeFile() + suffix, { force: true });
    await copyFile(file, storeFile());
    fixture.testCore.nowMs = nowMs;
  });
}

const notices = () =>
  fixture.versions.emergencies(10).flatMap(({ versionNo }) => fixture.notices.ofVersion(versionNo));
const isTold = (authorityId: string) => (): boolean =>
  notices().some((notice) => notice.authorityId === authorityId && notice.status === 'sent');
const call = () => {
  const [episode] = fixture.processing.episodes(patient.patientNo, undefined, 10);
  return episode && fixture.alarms.call(episode.episodeId);
};

/** The whole way of one alarm, from wherever it is: a device sends again what may not have been answered. */
async function goOn(): Promise<void> {
  await fixture.testCore.send(device, frame);
  await fixture.make();
  fixture.sender.start();
  await fixture.until(() => isTold('aut_hospital')() && fixture.notices.open().length === 0);
  await later(isTold('aut_insurer'));
  fixture.acknowledgements.start();
  await later(() => typeof call()?.acknowledgedMs === 'number');
}

async function later(holds: () => boolean): Promise<void> {
  if (holds()) return;
  fixture.testCore.nowMs += ACKNOWLEDGE_WITHIN_MS;
  fixture.watch.sweep();
  await fixture.until(holds);
}

async function outcome() {
  const { processing, alarms, technicalAlarms, core } = fixture;
  const episodes = processing.episodes(patient.patientNo, undefined, 10);
  return {
    episodes: episodes.map(({ episodeId, priority, status }) => ({ episodeId, priority, status })),
    records: fixture.versions.emergencies(10).map(({ recordId, version }) => ({ recordId, version })),
    due: processing.allDue(),
    told: notices().map(({ authorityId, status }) => [authorityId, status]),
    acknowledgements: episodes.map(({ episodeId, leadId }) =>
      alarms.acknowledgements(episodeId, leadId).map(({ authorityId }) => authorityId),
    ),
    technical: technicalAlarms.list(patient.patientNo, 0),
    chain: await core.chain.verify(patient.patientNo),
  };
}

test('killed after any one of its transactions, an alarm is raised once, told to each once, and acknowledged', async () => {
  const points = keepCrashPoints();
  await goOn();
  const expected = await outcome();
  expect(expected).toMatchObject({
    episodes: [{ priority: 'high', status: 'open' }],
    records: [{ version: 1 }],
    told: [
      ['aut_hospital', 'sent'],
      ['aut_insurer', 'sent'],
    ],
    acknowledgements: [['aut_insurer']],
    chain: { ok: true, frames: 1, gaps: 0 },
  });
  // Frame, state and alarm, record, notice, receipt, escalation, receipt, acknowledgement.
  expect(points.length).toBeGreaterThanOrEqual(8);
  for (const point of points.slice()) {
    await crashAt(point);
    await goOn();
    expect({ point, ...(await outcome()) }).toEqual({ point, ...expected });
  }
});
