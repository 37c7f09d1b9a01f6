import type { GrantState } from '@careledger/contracts';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  CopyingHospital,
  LAB_TAG,
  VITAL_TAG,
  timesOf,
  type CopyingParts,
} from '../../testing/copying-hospital.js';
import { problem } from '../problems.js';

let copying: CopyingHospital;
beforeEach(async () => {
  copying = await CopyingHospital.open();
});
afterEach(() => copying[Symbol.asyncDispose]());

const DAY_MS = 24 * 60 * 60_000;
const daysAgo = (days: number): string => new Date(copying.hospital.nowMs - days * DAY_MS).toISOString();
const lookedThrough = async ({ backlog }: CopyingParts): Promise<void> => {
  while (await backlog.round());
};
const copied = async ({ intake }: CopyingParts): Promise<void> => {
  while (await intake.round());
};
const askedRecords = (): string[] =>
  copying.asked.flatMap(({ versions }) => versions.map(({ recordId }) => recordId));

describe('what was announced before the grant', () => {
  test('comes in, the newest first, many in one transaction, however long ago it was', async () => {
    const running = copying.parts();
    const before = [2_000, 0.5, 40, 3].map((days) => copying.announcedBefore({ at: daysAgo(days) }));
    await lookedThrough(running);
    await copied(running);
    const [years, today, weeks, days] = before.map(({ recordId }) => recordId);
    expect(askedRecords()).toEqual([today, days, weeks, years]);
    expect(copying.asked).toHaveLength(1);
    expect((await copying.find(running)).total).toBe(4);
    expect(running.backlog.of(copying.patient.patientId)?.isDone).toBe(true);
    expect(await running.backlog.round()).toBe(false);
  });

  test('waits until what is announced now is copied', async () => {
    const running = copying.parts();
    const former = copying.announcedBefore({ at: daysAgo(1) });
    await lookedThrough(running);
    const now = await copying.announce(running, { at: daysAgo(2) });
    await copied(running);
    expect(askedRecords()).toEqual([now.recordId, former.recordId]);
  });

  test('is looked for from where a service that was killed had come to', async () => {
    const [recent, old] = [1, 100].map((days) => copying.announcedBefore({ at: daysAgo(days) }));
    const { announcements } = copying.hospital.ledgers.authorities;
    expect(await copying.parts().backlog.round()).toBe(true);
    await copying.restart();
    copying.hospital.ledgers.authorities.announcements = announcements;
    const running = copying.parts();
    const { patientId } = copying.patient;
    expect([running.waiting.count(patientId).all, running.backlog.of(patientId)?.isDone]).toEqual([1, false]);
    await lookedThrough(running);
    await copied(running);
    expect(askedRecords()).toEqual([recent?.recordId, old?.recordId]);
  });

  test('of very much in a short time no more waits at once than there is room for', async () => {
    const running = copying.parts();
    const { patientId } = copying.patient;
    for (let n = 0; n < 1_100; n += 1) copying.announcedBefore({ at: daysAgo(n / 86_400) });
    let most = 0;
    do {
      await lookedThrough(running);
      most = Math.max(most, running.waiting.count(patientId).all);
    } while (await running.intake.round());
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThan(1_000);
    expect(running.copies.count(patientId)).toBe(1_100);
  });

  test('is nothing that the grant is not about, nor a version that another one has followed', async () => {
    for (const ledger of Object.values(copying.hospital.ledgers)) ledger.grants = [];
    copying.grant = { ...copying.grant, scopeTags: [LAB_TAG] };
    await copying.hospital.granted(copying.patient.state, copying.grant);
    const running = copying.parts();
    copying.announcedBefore({ tagGroups: [[VITAL_TAG]] });
    const replaced = copying.announcedBefore({ at: daysAgo(9), tagGroups: [[LAB_TAG]] });
    const kept = copying.announcedBefore({ at: daysAgo(50), tagGroups: [[LAB_TAG]] });
    const { announcements } = copying.hospital.ledgers.authorities;
    announcements.push({ ...replaced, version: 2, period: kept.period, tagGroups: [[VITAL_TAG]] });
    announcements.push({ ...kept, version: 2, period: replaced.period });
    await lookedThrough(running);
    await copied(running);
    expect(copying.asked.flatMap(({ versions }) => versions)).toEqual([
      { recordId: kept.recordId, version: 2, stored: undefined },
    ]);
  });

  test('that a denial hid comes in when that has ended', async () => {
    const denial: GrantState = {
      ...copying.patient.grant({ grantId: `${'d'.repeat(21)}A` }),
      ...{ effect: 'deny', scopeTags: [VITAL_TAG] },
    };
    for (const ledger of Object.values(copying.hospital.ledgers)) ledger.grant(denial);
    await copying.hospital.mirrored(copying.patient.patientId);
    const running = copying.parts();
    copying.announcedBefore({ at: daysAgo(1), tagGroups: [[VITAL_TAG]] });
    await lookedThrough(running);
    expect(running.waiting.count(copying.patient.patientId).all).toBe(0);
    await copying.revoked(denial);
    expect(running.backlog.of(copying.patient.patientId)?.isDone).toBe(false);
    await lookedThrough(running);
    await copied(running);
    expect(timesOf(await copying.find(running))).toEqual([daysAgo(1)]);
  });

  test('that a denial hid which came later, and what was announced meanwhile, comes in when that has ended', async () => {
    const running = copying.parts();
    copying.announcedBefore({ at: daysAgo(1), tagGroups: [[VITAL_TAG]] });
    await lookedThrough(running);
    const { patientId } = copying.patient;
    const denial: GrantState = {
      ...copying.patient.grant({ grantId: `${'d'.repeat(21)}A` }),
      ...{ effect: 'deny', scopeTags: [VITAL_TAG] },
    };
    for (const ledger of Object.values(copying.hospital.ledgers)) ledger.grant(denial);
    await copying.hospital.mirrored(patientId);
    await copying.announce(running, { at: daysAgo(0.5), tagGroups: [[VITAL_TAG]] });
    await copied(running);
    expect([running.backlog.of(patientId)?.isDone, copying.asked.length]).toEqual([true, 0]);
    await copying.revoked(denial);
    expect(running.backlog.of(patientId)?.isDone).toBe(false);
    await lookedThrough(running);
    await copied(running);
    expect(timesOf(await copying.find(running))).toEqual([daysAgo(0.5), daysAgo(1)]);
    expect(running.backlog.of(patientId)?.isDone).toBe(true);
  });

  test('is copied as the ledger has it by then, where that changed while it was looked for', async () => {
    const running = copying.parts();
    const record = copying.announcedBefore({ at: daysAgo(1), author: 'aut_lab', tagGroups: [[VITAL_TAG]] });
    const confirmation = { seq: 1, tagGroups: [[LAB_TAG]], at: record.period.start, txId: 'a'.repeat(64) };
    const { allowances } = running;
    const about = allowances.about.bind(allowances);
    let told: Promise<void> | undefined;
    // Between what was fetched and what is put down of it.
    allowances.about = (each) => {
      told ??= copying.hospital.store.commit(() =>
        running.intake.told({ ...record, confirmations: [confirmation] }),
      );
      return about(each);
    };
    await running.backlog.round();
    await told;
    await copied(running);
    expect(running.copies.record(record.patientId, record.recordId)?.version).toMatchObject({
      confirmations: [confirmation],
    });
  });

  test('that cannot be looked through for one patient is looked through for the next, and not while the ledger is away', async () => {
    const running = copying.parts();
    for (const days of [1, 100]) copying.announcedBefore({ at: daysAgo(days) });
    const { mirror, ledgers } = copying.hospital;
    const { patientId } = copying.patient;
    mirror.copyPatientIds = () => [`pat_${'a'.repeat(32)}`, patientId];
    const { waiting, backlog } = running;
    const [count, of] = [waiting.count.bind(waiting), backlog.of.bind(backlog)];
    backlog.of = () => of(patientId);
    waiting.count = (each) => {
      if (each !== patientId) throw new RangeError('what is kept of this one is damaged');
      return count(each);
    };
    expect(await backlog.round()).toBe(true);
    expect(count(patientId).all).toBe(1);
    ledgers.authorities.state = 'away';
    await expect(backlog.round()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  test('is not asked for again and again, all of it, while nobody has wrapped it yet', async () => {
    const running = copying.parts();
    for (let n = 0; n < 200; n += 1) copying.announcedBefore({ at: daysAgo(n / 10) });
    await lookedThrough(running);
    copying.refusal = problem('RECORD_NOT_WRAPPED', 'later');
    await copied(running);
    expect(copying.asked).toHaveLength(1);
    copying.refusal = undefined;
    copying.hospital.nowMs += 2_000;
    await copied(running);
    expect((await copying.find(running)).total).toBe(200);
  });

  test('does not come in where no grant lets a copy be kept any more', async () => {
    const running = copying.parts();
    copying.announcedBefore({ at: daysAgo(1) });
    await copying.revoked();
    expect(await running.backlog.round()).toBe(false);
    expect(running.backlog.of(copying.patient.patientId)).toBeUndefined();
  });
});
