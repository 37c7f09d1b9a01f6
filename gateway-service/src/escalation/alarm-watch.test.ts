import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { ACKNOWLEDGE_WITHIN_MS, DELIVER_WITHIN_MS, RecordsFixture } from '../../testing/records-fixture.js';
import type { StandInAuthority } from '../../testing/stand-in-authority.js';

let fixture: RecordsFixture;
beforeEach(async () => {
  fixture = await RecordsFixture.open();
});
afterEach(() => fixture[Symbol.asyncDispose]());

/** A high alarm of a patient whose hospital is told first, and whose insurer next. */
async function raised(): Promise<{ readonly episodeId: string; readonly patientNo: number }> {
  const { patient, device } = await fixture.patient();
  fixture.grant(patient, fixture.hospital, { noticeRank: 1 });
  fixture.grant(patient, fixture.insurer, { noticeRank: 2 });
  const { version, noticeNos } = await fixture.emergency(device);
  expect(fixture.notices.ofVersion(version.versionNo).map(({ authorityId }) => authorityId)).toEqual([
    'aut_hospital',
  ]);
  for (const no of noticeNos) fixture.sender.add(no);
  return { episodeId: version.source, patientNo: patient.patientNo };
}
const has = (authority: StandInAuthority) => () => authority.received.length > 0;
const delivered = () => fixture.until(() => fixture.notices.open().length === 0);
/** Some time later, as the watch finds it. */
function later(ms: number): void {
  fixture.testCore.nowMs += ms;
  fixture.watch.sweep();
}

test('a high alarm that nobody has acknowledged in time goes to the next recipient, with the same record', async () => {
  const { episodeId } = await raised();
  await delivered();
  later(ACKNOWLEDGE_WITHIN_MS - 1);
  expect(fixture.alarms.call(episodeId)).toMatchObject({ rank: 1 });
  later(1);
  await fixture.until(has(fixture.insurer));
  expect(fixture.insurer.received[0]?.ciphertext).toBe(fixture.hospital.received[0]?.ciphertext);
  await delivered();
  // Nobody is left: it stays unacknowledged, and nobody is told twice.
  later(ACKNOWLEDGE_WITHIN_MS);
  await fixture.until(() => fixture.alarms.call(episodeId)?.nextMs === null);
  expect([fixture.hospital.received.length, fixture.insurer.received.length]).toEqual([1, 1]);
});

test('once somebody has acknowledged it the next is not told, even if that is asked for at the last moment', async () => {
  const { episodeId } = await raised();
  await delivered();
  const [notice] = fixture.hospital.received;
  fixture.hospital.acknowledgement = () => notice && fixture.hospital.acknowledge(notice);
  later(ACKNOWLEDGE_WITHIN_MS);
  await fixture.until(() => fixture.alarms.call(episodeId)?.acknowledgedMs !== null);
  later(ACKNOWLEDGE_WITHIN_MS);
  await fixture.watch.stop();
  expect(fixture.alarms.call(episodeId)?.nextMs).toBeNull();
  expect(fixture.insurer.received).toEqual([]);
});

test('a forged acknowledgement stops nothing', async () => {
  await raised();
  await delivered();
  const [notice] = fixture.hospital.received;
  fixture.hospital.acknowledgement = () =>
    notice && fixture.hospital.acknowledge(notice, { signer: fixture.insurer.signer });
  later(ACKNOWLEDGE_WITHIN_MS);
  await fixture.until(has(fixture.insurer));
});

test('where the first cannot be reached the next is told within the limit, and the patient has a technical alarm until it is', async () => {
  fixture.hospital.behaviour = 'refuses';
  const { patientNo } = await raised();
  await fixture.until(has(fixture.hospital));
  later(DELIVER_WITHIN_MS - 1);
  expect(fixture.technicalAlarms.list(patientNo, 0)).toEqual([]);
  later(1);
  await fixture.until(has(fixture.insurer));
  expect(fixture.technicalAlarms.list(patientNo, 0)).toEqual([
    expect.objectContaining({ cause: 'notice-undelivered', subject: 'aut_hospital', endedMs: null }),
  ]);
  fixture.hospital.behaviour = 'receipts';
  await delivered();
  later(1);
  expect(fixture.technicalAlarms.open('notice-undelivered')).toEqual([]);
});

test('a gateway that was killed before the time was over tells the next one afterwards', async () => {
  await raised();
  await delivered();
  await fixture.restart();
  later(ACKNOWLEDGE_WITHIN_MS);
  await fixture.until(() => fixture.notices.open().length === 1);
  // Killed again before it was sent.
  await fixture.restart();
  fixture.sender.start();
  await fixture.until(has(fixture.insurer));
});

test('recipients without a rank are all told at once', async () => {
  const { patient, device } = await fixture.patient();
  fixture.grant(patient, fixture.hospital);
  fixture.grant(patient, fixture.insurer);
  expect((await fixture.emergency(device)).noticeNos).toHaveLength(2);
});

test('nobody is told whose grant the patient has taken back meanwhile', async () => {
  const { patient, device } = await fixture.patient();
  fixture.grant(patient, fixture.hospital, { noticeRank: 1 });
  const second = fixture.grant(patient, fixture.insurer, { noticeRank: 2 });
  const { noticeNos, version } = await fixture.emergency(device);
  for (const no of noticeNos) fixture.sender.add(no);
  await delivered();
  fixture.revoke(patient, second);
  later(ACKNOWLEDGE_WITHIN_MS);
  await fixture.until(() => fixture.alarms.call(version.source)?.nextMs === null);
  expect(fixture.insurer.received).toEqual([]);
});
