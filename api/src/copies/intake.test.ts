import type { AnnouncedRecordState } from '@careledger/contracts';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { CopyingHospital, LAB_TAG, VITAL_TAG, type CopyingParts } from '../../testing/copying-hospital.js';
import { problem } from '../problems.js';

let copying: CopyingHospital;
beforeEach(async () => {
  copying = await CopyingHospital.open();
});
afterEach(() => copying[Symbol.asyncDispose]());

describe('the intake', () => {
  test('asks for all that waits at once, for the unit and purpose of the copy', async () => {
    const running = copying.parts();
    const all = [
      await copying.announce(running),
      await copying.announce(running),
      await copying.announce(running),
    ];
    expect(await running.intake.round()).toBe(true);
    expect(await running.intake.round()).toBe(false);
    expect(copying.asked).toHaveLength(1);
    expect(copying.asked[0]?.versions.map(({ recordId }) => recordId)).toEqual(
      all.map(({ recordId }) => recordId),
    );
    expect(copying.asked[0]?.reader).toMatchObject({
      purpose: 'TREAT',
      principal: { unit: 'ward-4', name: 'copy' },
    });
  });

  test('asks again until it is answered, also in a service that was started again', async () => {
    copying.refusal = problem('PROVIDER_UNREACHABLE', 'away');
    await copying.announce(copying.parts());
    await copying.parts().intake.round();
    expect((await copying.find(copying.parts())).resources).toEqual([]);
    await copying.restart();
    copying.refusal = undefined;
    await copying.parts().intake.round();
    expect((await copying.find(copying.parts())).resources).toHaveLength(1);
  });

  test('takes nothing that no grant with a copy is about', async () => {
    await copying.revoked();
    await copying.hospital.granted(
      copying.patient.state,
      copying.patient.grant({ grantId: `${'h'.repeat(21)}A` }),
    );
    const running = copying.parts();
    await copying.announce(running);
    expect(await running.intake.round()).toBe(false);
    await expect(copying.find(running)).rejects.toMatchObject({
      code: 'READ_REFUSED',
      members: { reason: 'NO_GRANT' },
    });
  });

  test('keeps nothing that was opened while its revocation came', async () => {
    const running = copying.parts();
    await copying.announce(running);
    copying.meanwhile = copying.revoked;
    await running.intake.round();
    expect(copying.asked).toHaveLength(1);
    expect(running.copies.keys.patientIds()).toEqual([]);
  });

  test('goes by what the ledger has of a version by then, also where that changed as it waited', async () => {
    const running = copying.parts();
    const record = await copying.announce(running, { author: 'aut_lab', tagGroups: [[VITAL_TAG]] });
    const confirmation = { seq: 1, tagGroups: [[LAB_TAG]], at: record.period.start, txId: 'a'.repeat(64) };
    const told = { ...record, confirmations: [confirmation] };
    copying.meanwhile = () => copying.hospital.store.commit(() => running.intake.told(told));
    await running.intake.round();
    expect(running.copies.record(record.patientId, record.recordId)?.version).toMatchObject({
      confirmations: [confirmation],
    });
  });

  test('keeps the newest version of a record', async () => {
    const running = copying.parts();
    const first = await copying.announce(running, { value: '1.5' });
    await running.intake.round();
    copying.contents.set(first.recordId, (copying.contents.get(first.recordId) ?? '').replace('1.5', '2.50'));
    await copying.hospital.store.commit(() => running.intake.noticed({ ...first, version: 2 }));
    await running.intake.round();
    const { resources } = await copying.find(running);
    expect(resources).toEqual([
      expect.objectContaining({ version: 2, json: expect.stringContaining('2.50') }),
    ]);
  });
});

describe('what a newer version has replaced', () => {
  let running: CopyingParts;
  let first: AnnouncedRecordState;
  beforeEach(async () => {
    for (const ledger of Object.values(copying.hospital.ledgers)) ledger.grants = [];
    copying.grant = { ...copying.grant, scopeTags: [LAB_TAG] };
    await copying.hospital.granted(copying.patient.state, copying.grant);
    running = copying.parts();
    first = await copying.announce(running, { tagGroups: [[LAB_TAG]] });
    await running.intake.round();
  });
  const announced = (record: AnnouncedRecordState) =>
    copying.hospital.store.commit(() => {
      running.intake.told(record);
      running.intake.noticed(record);
    });

  test('is shown until that one is copied, and not where no copy of it may be kept', async () => {
    await announced({ ...first, version: 2 });
    expect((await copying.find(running)).resources).toEqual([expect.objectContaining({ version: 1 })]);
    await running.intake.round();
    expect((await copying.find(running)).resources).toEqual([expect.objectContaining({ version: 2 })]);
    await announced({ ...first, version: 3, tagGroups: [[VITAL_TAG]] });
    expect((await copying.find(running)).total).toBe(0);
  });

  test('is not shown once that one was refused for good; until then it is asked for again', async () => {
    await announced({ ...first, version: 2 });
    copying.refusal = problem('ACCESS_DENIED', 'no');
    for (let n = 0; n < 6; n += 1) {
      expect((await copying.find(running)).total).toBe(1);
      await running.intake.round();
      copying.hospital.nowMs += 60_000;
    }
    expect((await copying.find(running)).total).toBe(0);
    // Of an older one nothing is told that counts.
    await announced(first);
    expect((await copying.find(running)).total).toBe(0);
  });

  test('what nobody wraps is asked for ever more rarely: each time is on the ledger', async () => {
    await announced({ ...first, version: 2 });
    copying.refusal = problem('RECORD_NOT_WRAPPED', 'later');
    copying.asked = [];
    for (let minute = 0; minute < 24 * 60; minute += 1) {
      await running.intake.round();
      copying.hospital.nowMs += 60_000;
    }
    expect(copying.asked.length).toBeGreaterThan(24);
    expect(copying.asked.length).toBeLessThan(40);
  });
});
