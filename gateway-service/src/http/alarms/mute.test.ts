import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { nodeVerifier } from '@careledger/crypto';
import { timestampOf } from '@careledger/domain';
import { PASSPHRASE } from '../../../testing/open-core.js';
import { TestCore } from '../../../testing/test-core.js';
import { AlarmStore } from '../../alarms/alarm-store.js';
import { MuteStore } from '../../alarms/mute-store.js';
import { TechnicalAlarmStore } from '../../alarms/technical-alarm-store.js';
import { NoticeStore } from '../../delivery/notice-store.js';
import { OwnVersionStore } from '../../delivery/own-version-store.js';
import { GATEWAY_MIGRATIONS } from '../../migrations.js';
import type { Patient } from '../../patients/index.js';
import { ProcessingStore, type Episode } from '../../processing/index.js';
import { AlarmService } from './service.js';

const MINUTE_MS = 60_000;
const CALLER = 'patient';

let t: TestCore;
let patient: Patient;
let alarms: AlarmService;
beforeEach(async () => {
  t = await TestCore.open({ migrations: GATEWAY_MIGRATIONS });
  patient = await t.patient();
  alarms = open();
  const { patientId, patientNo } = patient;
  const processing = new ProcessingStore(t.core.store.database);
  for (const priority of ['high', 'medium', 'low'] as const) {
    const episode: Episode = {
      ...{
        episodeId: `${patientId}/fever/${priority}`,
        patientNo,
        rule: 'fever',
        type: 'physiological',
        priority,
      },
      ...{ unconfirmed: false, late: false, marks: [], status: 'open', startMs: t.nowMs, raisedMs: t.nowMs },
      ...{ endMs: null, endReason: null, evidence: [], news2: null, arrivedMs: t.nowMs },
    };
    t.core.store.transaction(() => processing.saveEpisode(episode));
  }
});
afterEach(() => t[Symbol.asyncDispose]());

/** The service on what is stored. */
function open(): AlarmService {
  const { core } = t;
  const { database } = core.store;
  return new AlarmService({
    ...{ core, networkId: 'careledger-test', verifier: nodeVerifier(), clock: () => t.nowMs },
    processing: new ProcessingStore(database),
    alarms: new AlarmStore(database),
    technicalAlarms: new TechnicalAlarmStore(database),
    mutes: new MuteStore(database),
    notices: new NoticeStore(database),
    versions: new OwnVersionStore(database),
  });
}

const list = () => alarms.list(patient.patientId, { limit: 10 });
const silenced = () =>
  list()
    .alarms.flatMap(({ priority, isSilenced }) => (isSilenced ? [priority] : []))
    .sort();
const muteFor = (ms: number) => {
  const body = { until: timestampOf(t.nowMs + ms), passphrase: PASSPHRASE };
  return alarms.mute(patient.patientId, body, CALLER);
};

test('a mute silences what is not of high priority, until its end, and over a restart', async () => {
  expect([list().mutedUntil, silenced()]).toEqual([null, []]);
  const until = timestampOf(t.nowMs + 30 * MINUTE_MS);
  expect(await muteFor(30 * MINUTE_MS)).toEqual({ mutedUntil: until });
  expect([list().mutedUntil, silenced()]).toEqual([until, ['low', 'medium']]);
  await t.reopen({ migrations: GATEWAY_MIGRATIONS });
  alarms = open();
  expect([list().mutedUntil, silenced()]).toEqual([until, ['low', 'medium']]);
  // All of them are in the list as before.
  expect(list().alarms.every(({ isShown }) => isShown)).toBe(true);
  t.nowMs += 30 * MINUTE_MS;
  expect([list().mutedUntil, silenced()]).toEqual([null, []]);
});

test('a time that is over ends a mute', async () => {
  await muteFor(120 * MINUTE_MS);
  expect(await muteFor(-MINUTE_MS)).toEqual({ mutedUntil: null });
  expect(silenced()).toEqual([]);
});

test('sounds are muted for 2 h at most', async () => {
  await expect(muteFor(120 * MINUTE_MS + 1)).rejects.toMatchObject({ code: 'MUTE_TOO_LONG' });
  expect(list().mutedUntil).toBeNull();
});

test('only the consent key mutes', async () => {
  const forged = { until: timestampOf(t.nowMs + MINUTE_MS), passphrase: `${PASSPHRASE} not` };
  await expect(alarms.mute(patient.patientId, forged, CALLER)).rejects.toMatchObject({
    code: 'CONSENT_KEY_LOCKED',
  });
  await expect(alarms.mute(patient.patientId, { statement: 'e30.e30.e30' }, CALLER)).rejects.toMatchObject({
    code: 'CONSENT_STATEMENT_REFUSED',
  });
  expect(list().mutedUntil).toBeNull();
});
