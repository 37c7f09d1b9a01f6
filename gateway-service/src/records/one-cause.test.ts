import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { ACKNOWLEDGE_WITHIN_MS, RecordsFixture } from '../../testing/records-fixture.js';
import { SimulatedDevice } from '../../testing/simulated-device.js';
import { scopeTag } from '@careledger/envelope';
import type { Patient } from '../patients/index.js';

const MINUTE_MS = 60_000;
const WITHIN = 'Observation';

let fixture: RecordsFixture;
let patient: Patient;
let monitor: SimulatedDevice;
beforeEach(async () => {
  fixture = await RecordsFixture.open();
  patient = await fixture.testCore.patient();
  monitor = fixture.testCore.pair(
    patient,
    new SimulatedDevice(['9279-1', '59408-5', '8867-4', '8480-6', '8462-4', '8310-5']),
  );
});
afterEach(() => fixture[Symbol.asyncDispose]());

const UNITS: Readonly<Record<string, string>> = {
  ...{
    '9279-1': '/min',
    '8867-4': '/min',
    '59408-5': '%',
    '8480-6': 'mm[Hg]',
    '8462-4': 'mm[Hg]',
    '8310-5': 'Cel',
  },
};

/** What the monitor shows now, one frame. */
async function send(values: Readonly<Record<string, number>>): Promise<void> {
  const { nowMs } = fixture.testCore;
  const t = new Date(nowMs).toISOString();
  const readings = Object.entries(values).map(([code, value]) => ({
    t,
    code,
    value,
    unit: UNITS[code] ?? '',
  }));
  const { status } = await fixture.testCore.send(monitor, monitor.frame(nowMs, readings));
  expect(status).toBe('stored');
}

const PRESSURE = { '8480-6': 190, '8462-4': 125 };
const SICK = { ...PRESSURE, '9279-1': 26, '59408-5': 91, '8867-4': 118 };

/** The pressure is high for a minute, and with its second measurement everything else is bad, too. */
async function sick(): Promise<void> {
  await send(PRESSURE);
  fixture.testCore.nowMs += MINUTE_MS;
  await send(SICK);
  fixture.processor.persist();
}

const scope = (...categories: string[]): string[] => {
  const scopeKey = fixture.core.patients.keys(patient.patientId).scopeKey();
  return categories.map((category) => scopeTag(scopeKey, { category, resourceType: WITHIN }));
};
const emergencies = () => fixture.processing.allDue().filter(({ kind }) => kind === 'emergency');
const episodes = () => fixture.processing.episodes(patient.patientNo, undefined, 10);
const rules = () =>
  episodes()
    .map(({ rule }) => rule)
    .sort();
const calls = () => episodes().map(({ episodeId }) => fixture.alarms.call(episodeId));

interface Alarm {
  readonly code: { readonly coding: readonly { readonly system: string; readonly code: string }[] };
  readonly status: string;
}
/** The rules that a record names, in its order, and the status of each. */
async function toldIn(made: { readonly version: { readonly versionNo: number } }): Promise<string[]> {
  const bundle = (await fixture.open(patient, made.version)) as { entry: { resource: Alarm }[] };
  return bundle.entry.flatMap(({ resource }) =>
    resource.code?.coding.some(({ system }) => system === 'urn:careledger:rule')
      ? [`${resource.code.coding[0]?.code} ${resource.status}`]
      : [],
  );
}
/** The record is on both ledgers, so that its next version can be made. */
const announced = () =>
  fixture.core.store.deferred(() =>
    fixture.core.store.database.exec(`UPDATE record_versions SET stage = 'announced'`),
  );

test('a sick moment that several rules see is one record and one notice that names each, and stays an alarm for each', async () => {
  fixture.grant(patient, fixture.hospital);
  await sick();
  expect(rules()).toEqual(['blood-pressure-high', 'news2']);
  expect(emergencies()).toHaveLength(1);
  const [made, ...more] = await fixture.make();
  if (made === undefined) throw new Error('nothing was made');
  expect([more.length, made.noticeNos.length]).toEqual([0, 1]);
  // The most serious first.
  expect(await toldIn(made)).toEqual(['news2 preliminary', 'blood-pressure-high preliminary']);
  expect(calls()).toMatchObject([
    { recordId: made.version.recordId, version: 1 },
    { recordId: made.version.recordId, version: 1 },
  ]);
});

test('who acknowledges the notice has acknowledged all that it named', async () => {
  fixture.grant(patient, fixture.hospital, { noticeRank: 1 });
  fixture.grant(patient, fixture.insurer, { noticeRank: 2 });
  await sick();
  const [made] = await fixture.make();
  for (const no of made?.noticeNos ?? []) fixture.sender.add(no);
  await fixture.until(() => fixture.notices.open().length === 0);
  const [notice] = fixture.hospital.received;
  fixture.hospital.acknowledgement = () => notice && fixture.hospital.acknowledge(notice);
  fixture.acknowledgements.start();
  await fixture.until(() => calls().every((call) => call?.acknowledgedMs != null));
  for (const { episodeId, leadId } of episodes())
    expect(fixture.alarms.acknowledgements(episodeId, leadId)).toHaveLength(1);
  fixture.testCore.nowMs += ACKNOWLEDGE_WITHIN_MS;
  fixture.watch.sweep();
  await fixture.watch.stop();
  expect(fixture.insurer.received).toEqual([]);
});

test('nobody acknowledges it: the next recipient hears of all of it, once', async () => {
  fixture.grant(patient, fixture.hospital, { noticeRank: 1 });
  fixture.grant(patient, fixture.insurer, { noticeRank: 2 });
  await sick();
  const [made] = await fixture.make();
  for (const no of made?.noticeNos ?? []) fixture.sender.add(no);
  await fixture.until(() => fixture.notices.open().length === 0);
  fixture.testCore.nowMs += ACKNOWLEDGE_WITHIN_MS;
  fixture.watch.sweep();
  await fixture.until(() => fixture.insurer.received.length > 0);
  await fixture.until(() => fixture.notices.open().length === 0);
  fixture.testCore.nowMs += ACKNOWLEDGE_WITHIN_MS;
  fixture.watch.sweep();
  await fixture.until(() => calls().every((call) => call?.nextMs === null));
  expect([fixture.hospital.received.length, fixture.insurer.received.length]).toEqual([1, 1]);
});

test('what the patient has seen is the one alarm, not all that was told with it', async () => {
  await sick();
  await fixture.make();
  const [first, second] = episodes();
  if (first === undefined || second === undefined) throw new Error('two alarms were raised');
  fixture.core.store.deferred(() =>
    fixture.alarms.acknowledge({
      ...{ episodeId: first.episodeId, patientNo: patient.patientNo, statement: 'signed', version: null },
      ...{ authorityId: null, practitionerId: null, acknowledgedMs: 1, receivedMs: 1 },
    }),
  );
  expect(fixture.alarms.call(first.episodeId)?.patientAcknowledgedMs).toBe(1);
  expect(fixture.alarms.call(second.episodeId)?.patientAcknowledgedMs).toBeNull();
  expect(fixture.alarms.acknowledgements(second.episodeId, first.episodeId)).toEqual([]);
});

test('one of them ends and the other lasts: the record says both, and somebody is told', async () => {
  fixture.grant(patient, fixture.hospital);
  await sick();
  await fixture.make();
  announced();
  // The pressure is normal again for 15 min, breathing is as bad as before.
  const calmer = { ...SICK, '8480-6': 125, '8462-4': 80 };
  for (let n = 0; n < 18; n++) {
    fixture.testCore.nowMs += MINUTE_MS;
    await send(calmer);
  }
  fixture.processor.persist();
  const ended = episodes().filter(({ status }) => status === 'ended');
  expect(ended.map(({ rule }) => rule)).toEqual(['blood-pressure-high']);
  const [made] = await fixture.make();
  if (made === undefined) throw new Error('nothing was made');
  expect([made.version.version, made.noticeNos.length]).toEqual([2, 1]);
  expect(await toldIn(made)).toEqual(['news2 preliminary', 'blood-pressure-high final']);
});

test('two alarms that share no reading are told apart, although they were raised at one time', async () => {
  const sensor = fixture.testCore.pair(patient, new SimulatedDevice(['99504-3']));
  await send(PRESSURE);
  fixture.testCore.nowMs += MINUTE_MS;
  await send(PRESSURE);
  const { nowMs } = fixture.testCore;
  const low = { t: new Date(nowMs).toISOString(), code: '99504-3', unit: 'mg/dL', value: 45 };
  await fixture.testCore.send(sensor, sensor.frame(nowMs, [low]));
  fixture.processor.persist();
  expect(rules()).toEqual(['blood-pressure-high', 'glucose-very-low']);
  expect(emergencies()).toHaveLength(2);
});

test('who may read of the pressure alone hears of the pressure, in a record of its own', async () => {
  fixture.grant(patient, fixture.hospital);
  fixture.grant(patient, fixture.insurer, { scopeTags: scope('vital-signs') });
  await sick();
  const made = await fixture.make();
  expect(made).toHaveLength(2);
  const told = made.flatMap(({ noticeNos }) => noticeNos.map((no) => fixture.notices.get(no)?.authorityId));
  expect(told.sort()).toEqual(['aut_hospital', 'aut_hospital', 'aut_insurer']);
});

test('a narrow grant that came meanwhile parts them with the next that is to be told: nobody hears less', async () => {
  fixture.grant(patient, fixture.hospital);
  await sick();
  expect(await fixture.make()).toHaveLength(1);
  announced();
  fixture.grant(patient, fixture.insurer, { scopeTags: scope('vital-signs') });
  fixture.testCore.nowMs += MINUTE_MS;
  // NEWS2 is told again: another parameter is at 3.
  await send({ ...SICK, '8867-4': 140 });
  fixture.processor.persist();
  const made = await fixture.make();
  const all = await Promise.all(made.map(toldIn));
  expect(all.flat().sort()).toEqual(['blood-pressure-high preliminary', 'news2 preliminary']);
  const told = made.flatMap(({ noticeNos }) => noticeNos.map((no) => fixture.notices.get(no)?.authorityId));
  expect(told.sort()).toEqual(['aut_hospital', 'aut_hospital', 'aut_insurer']);
});
