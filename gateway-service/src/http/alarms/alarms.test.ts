import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { StatementBody } from '@careledger/contracts';
import { nodeVerifier } from '@careledger/crypto';
import { timestampOf } from '@careledger/domain';
import { PASSPHRASE } from '../../../testing/open-core.js';
import { TestCore } from '../../../testing/test-core.js';
import { AlarmStore } from '../../alarms/alarm-store.js';
import { MuteStore } from '../../alarms/mute-store.js';
import { RecoveryStore } from '../../consent/index.js';
import { TechnicalAlarmStore } from '../../alarms/technical-alarm-store.js';
import { NoticeStore } from '../../delivery/notice-store.js';
import { OwnVersionStore } from '../../delivery/own-version-store.js';
import { GATEWAY_MIGRATIONS } from '../../migrations.js';
import type { Patient } from '../../patients/index.js';
import { patientStatement } from '../../patients/patient-statement.js';
import { ProcessingStore, type Episode } from '../../processing/index.js';
import type { ReadyOrPassphrase } from '../grants/schemas.js';
import { AlarmAcknowledging } from './acknowledging.js';
import { AlarmList } from './alarm-list.js';
import { AlarmMuting } from './muting.js';
import type { MuteBody } from './schemas.js';

const MINUTE_MS = 60_000;
const CALLER = 'patient';
const NETWORK = 'careledger-test';

let t: TestCore;
let patient: Patient;
let alarms: ReturnType<typeof open>;
beforeEach(async () => {
  t = await TestCore.open({ migrations: GATEWAY_MIGRATIONS });
  patient = await t.patient();
  alarms = open();
  raise(...(['high', 'medium', 'low'] as const).map((priority) => ({ name: priority, priority })));
});
afterEach(() => t[Symbol.asyncDispose]());

/** The services on what is stored. */
function open() {
  const { core } = t;
  const { database } = core.store;
  const calls = new AlarmStore(database);
  const technical = new TechnicalAlarmStore(database);
  const options = {
    ...{ core, networkId: NETWORK, verifier: nodeVerifier(), clock: () => t.nowMs },
    ...{ processing: new ProcessingStore(database), alarms: calls, technicalAlarms: technical },
    ...{ mutes: new MuteStore(database), notices: new NoticeStore(database) },
    ...{ versions: new OwnVersionStore(database), recoveries: new RecoveryStore(database) },
  };
  const shown = new AlarmList(options);
  const acknowledging = new AlarmAcknowledging({ ...options, list: shown });
  return { shown, acknowledging, muting: new AlarmMuting(options), calls, technical };
}

/** Alarms of rule `fever`. */
function raise(...raised: (Partial<Episode> & { readonly name: string })[]): void {
  const { patientId, patientNo } = patient;
  const processing = new ProcessingStore(t.core.store.database);
  t.core.store.deferred(() => {
    for (const { name, ...more } of raised) {
      const episode: Episode = {
        leadId: `${patientId}/fever/${name}`,
        ...{ episodeId: `${patientId}/fever/${name}`, patientNo, rule: 'fever', type: 'physiological' },
        ...{ priority: 'medium', unconfirmed: false, late: false, marks: [], status: 'open' },
        ...{ startMs: t.nowMs, raisedMs: t.nowMs, endMs: null, endReason: null },
        ...{ evidence: [], news2: null, arrivedMs: t.nowMs, ...more },
      };
      processing.saveEpisode(episode);
      alarms.calls.called(episode, t.nowMs);
    }
  });
}

/** A ready statement of the patient's app. */
async function said<N extends 'acknowledgeAlarm' | 'muteAlarms'>(name: N, body: StatementBody<N>) {
  const { patientId } = patient;
  const signer = await t.core.patients.unlockConsent(patientId, PASSPHRASE);
  const about = { patientId, networkId: NETWORK, channels: ['authorities'] as const, body };
  return { statement: patientStatement(name, about, signer) };
}

const list = () => alarms.shown.page(patient.patientId, { limit: 10 });
const acknowledge = (alarmId: string, body: ReadyOrPassphrase) =>
  alarms.acknowledging.acknowledge(patient.patientId, alarmId, body, CALLER);
const mute = (body: MuteBody) => alarms.muting.mute(patient.patientId, body, CALLER);
const silenced = () =>
  list()
    .alarms.flatMap(({ priority, isSilenced }) => (isSilenced ? [priority] : []))
    .sort();
const muteFor = (ms: number) => mute({ until: timestampOf(t.nowMs + ms), passphrase: PASSPHRASE });

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
  await expect(mute(forged)).rejects.toMatchObject({
    code: 'CONSENT_KEY_LOCKED',
  });
  await expect(mute({ statement: 'e30.e30.e30' })).rejects.toMatchObject({
    code: 'CONSENT_STATEMENT_REFUSED',
  });
  expect(list().mutedUntil).toBeNull();
});

test('a mute that comes again takes back nothing that was said after it', async () => {
  const twoHours = await said('muteAlarms', { until: timestampOf(t.nowMs + 120 * MINUTE_MS) });
  await mute(twoHours);
  await mute(await said('muteAlarms', { until: timestampOf(t.nowMs) }));
  expect(await mute(twoHours)).toEqual({ mutedUntil: null });
  expect(silenced()).toEqual([]);
});

test('an acknowledgement that comes again does not acknowledge what was called since', async () => {
  const seen = await said('acknowledgeAlarm', { alarmId: 'fever.high' });
  expect(await acknowledge('fever.high', seen)).toMatchObject({ isAcknowledged: true });
  const { patientId, patientNo } = patient;
  const episodeId = `${patientId}/fever/high`;
  t.core.store.deferred(() => alarms.calls.called({ episodeId, patientNo }, t.nowMs));
  expect(await acknowledge('fever.high', seen)).toMatchObject({ isAcknowledged: false });
  const again = await acknowledge('fever.high', { passphrase: PASSPHRASE });
  expect(again).toMatchObject({ isAcknowledged: true, acknowledgements: { length: 2 } });
});

test('an alarm about the way of alarms is acknowledged by its own name, and by no other', async () => {
  const { patientNo } = patient;
  const cause = 'notice-too-large';
  t.core.store.deferred(() =>
    alarms.technical.raise({ patientNo, cause, subject: 'aut_hospital', raisedMs: t.nowMs }),
  );
  const alarmId = list().delivery[0]?.alarmId ?? '';
  for (const name of [`${cause}.01`, `${alarmId}.2`, 'record-unmade.1', 'fever.none'])
    await expect(acknowledge(name, { passphrase: PASSPHRASE })).rejects.toMatchObject({
      code: 'ALARM_NOT_FOUND',
    });
  const endedAt = timestampOf(t.nowMs);
  expect(await acknowledge(alarmId, { passphrase: PASSPHRASE })).toMatchObject({ alarmId, endedAt });
});

test('what is shown is found behind any number of alarms that are not', () => {
  t.nowMs += MINUTE_MS;
  const over = { status: 'ended', endMs: t.nowMs } as const;
  raise(...Array.from({ length: 5_100 }, (_, no) => ({ name: `over-${no}`, ...over })));
  const found: string[] = [];
  let cursor: string | undefined;
  do {
    const page = alarms.shown.page(patient.patientId, { limit: 2, shown: true, ...(cursor && { cursor }) });
    found.push(...page.alarms.map(({ alarmId }) => alarmId));
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  expect(found).toEqual(['fever.medium', 'fever.low', 'fever.high']);
});
