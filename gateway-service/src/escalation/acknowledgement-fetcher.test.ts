import { generateEd25519 } from '@careledger/crypto';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { RecordsFixture } from '../../testing/records-fixture.js';
import { ACKNOWLEDGED_AT, PRACTITIONER } from '../../testing/stand-in-authority.js';
import type { AlarmCall } from '../alarms/alarm-store.js';

let fixture: RecordsFixture;
beforeEach(async () => {
  fixture = await RecordsFixture.open();
});
afterEach(() => fixture[Symbol.asyncDispose]());

/** An emergency that the hospital has been told of. */
async function told(): Promise<{ noticeNo: number; episodeId: string; statement: string }> {
  const { patient, device } = await fixture.patient();
  fixture.grant(patient, fixture.hospital);
  const { version, noticeNos } = await fixture.emergency(device);
  const [noticeNo = 0] = noticeNos;
  fixture.sender.add(noticeNo);
  await fixture.until(() => fixture.notices.get(noticeNo)?.status === 'sent');
  return { noticeNo, episodeId: version.source, statement: fixture.hospital.received[0]?.statement ?? '' };
}
const call = (episodeId: string): AlarmCall | undefined => fixture.alarms.call(episodeId);

test('an acknowledgement is fetched, verified and kept with the alarm: who, when, of which version', async () => {
  const { noticeNo, episodeId, statement } = await told();
  const acknowledgement = fixture.hospital.acknowledge({ statement });
  fixture.hospital.acknowledgement = () => acknowledgement;
  fixture.acknowledgements.start();
  await fixture.until(() => call(episodeId)?.acknowledgedMs !== null);
  expect(fixture.alarms.acknowledgements(episodeId, episodeId)).toEqual([
    expect.objectContaining({
      ...{ authorityId: 'aut_hospital', practitionerId: PRACTITIONER, version: 1 },
      ...{ acknowledgedMs: Date.parse(ACKNOWLEDGED_AT), statement: acknowledgement },
    }),
  ]);
  expect(fixture.notices.get(noticeNo)?.acknowledgedMs).toBe(fixture.testCore.nowMs);
  const { asked } = fixture.hospital;
  fixture.testCore.nowMs += 60_000;
  await fixture.acknowledgements.stop();
  expect(fixture.hospital.asked).toBe(asked);
});

test.each([
  ['signed by another key', () => ({ signer: generateEd25519().signer })],
  [
    'dated back to when another key was in force, and signed by that',
    () => ({ signer: fixture.hospital.formerSigner, signedAt: '2025-06-01T00:00:00.000Z' }),
  ],
  ['of another notice', () => ({ noticeHash: '0'.repeat(64) })],
  ['of another version', () => ({ version: 2 })],
  ['of another patient', () => ({ patientId: `pat_${'b'.repeat(32)}` })],
])(
  'a forged acknowledgement, %s, acknowledges nothing; the true one is asked for again',
  async (_what, forged) => {
    const { noticeNo, episodeId, statement } = await told();
    const lie = fixture.hospital.acknowledge({ statement }, forged());
    fixture.hospital.acknowledgement = () => lie;
    fixture.acknowledgements.start();
    await fixture.until(() => fixture.logged.includes('what came is no acknowledgement; it is asked again'));
    expect(call(episodeId)).toMatchObject({ acknowledgedMs: null });
    expect(fixture.notices.get(noticeNo)?.acknowledgedMs).toBeNull();
    fixture.hospital.acknowledgement = () => fixture.hospital.acknowledge({ statement });
    fixture.testCore.nowMs += 2_000;
    await fixture.until(() => call(episodeId)?.acknowledgedMs !== null);
  },
);

test('an acknowledgement that lay at the authority while the gateway was killed comes afterwards', async () => {
  const { episodeId, statement } = await told();
  await fixture.restart();
  const acknowledgement = fixture.hospital.acknowledge({ statement });
  fixture.hospital.acknowledgement = () => acknowledgement;
  fixture.acknowledgements.start();
  await fixture.until(() => call(episodeId)?.acknowledgedMs !== null);
  await fixture.restart();
  expect(fixture.alarms.acknowledgements(episodeId, episodeId)).toHaveLength(1);
});

test('an acknowledgement of what a record said before a further danger does not cover that danger', async () => {
  const { episodeId, statement } = await told();
  const { patientNo } = call(episodeId) ?? { patientNo: 0 };
  fixture.core.store.deferred(() => {
    fixture.alarms.called({ episodeId, patientNo }, fixture.testCore.nowMs);
    const recordId = call(episodeId)?.recordId ?? '';
    fixture.alarms.told(episodeId, { recordId, version: 2, rank: 1, nextMs: null });
  });
  fixture.hospital.acknowledgement = () => fixture.hospital.acknowledge({ statement });
  fixture.acknowledgements.start();
  await fixture.until(() => fixture.alarms.acknowledgements(episodeId, episodeId).length === 1);
  expect(call(episodeId)).toMatchObject({ call: 2, version: 2, acknowledgedMs: null });
});
