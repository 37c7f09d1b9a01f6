import type { GrantState } from '@careledger/contracts';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  CopyingHospital,
  LAB_TAG,
  VITAL_TAG,
  copyFor,
  timesOf,
  ward,
  type CopyingParts,
} from '../../testing/copying-hospital.js';
import { readerWith } from '../../testing/test-hospital.js';
import { Unread } from '../access/read-gate.js';

let copying: CopyingHospital;
beforeEach(async () => {
  copying = await CopyingHospital.open();
});
afterEach(() => copying[Symbol.asyncDispose]());

describe('of two grants that let a copy be kept', () => {
  const { words: unit5, copy: copy5 } = copyFor('ward-5', 5);
  const lab: GrantState['grantId'] = `${'l'.repeat(21)}Q`;
  const [vitals, labs] = ['2026-05-01T12:00:00Z', '2026-05-02T12:00:00Z'];
  const ward5 = readerWith({}, { unit: 'ward-5' });

  /** Vital signs for ward 4, laboratory for ward 5; anybody there may read either. */
  async function twoGrants(): Promise<CopyingParts> {
    for (const ledger of Object.values(copying.hospital.ledgers)) ledger.grants = [];
    copying.grant = { ...copying.grant, scopeTags: [VITAL_TAG] };
    const other = copying.patient.grant({
      ...{ grantId: lab, scopeTags: [LAB_TAG], copy: copy5 },
      sealed: await copying.patient.meaning(copying.hospital.ownKey.publicKey, { copy: unit5 }),
    });
    await copying.hospital.granted(copying.patient.state, copying.grant, other);
    const running = copying.parts();
    await copying.announce(running, { at: vitals, tagGroups: [[VITAL_TAG]] });
    await copying.announce(running, { at: labs, tagGroups: [[LAB_TAG]] });
    while (await running.intake.round());
    return running;
  }

  test('each record is asked for as the one that is about it says', async () => {
    const running = await twoGrants();
    expect(copying.asked.map(({ reader, versions }) => [reader.principal.unit, versions.length])).toEqual([
      ['ward-4', 1],
      ['ward-5', 1],
    ]);
    expect(running.copies.keys.patientIds()).toEqual([copying.patient.patientId]);
  });

  test('a unit is shown what is kept for it, not what is kept for another one', async () => {
    const running = await twoGrants();
    expect(timesOf(await copying.find(running))).toEqual([vitals]);
    const page = await copying.find(running, {}, ward5);
    expect([page.total, timesOf(page)]).toEqual([1, [labs]]);
  });

  test('a record of this authority’s own is kept for no other unit either', async () => {
    const running = await twoGrants();
    await copying.announce(running, { author: 'aut_hospital', tagGroups: [[LAB_TAG]] });
    while (await running.intake.round());
    expect((await copying.find(running)).total).toBe(1);
  });

  test('the end of one destroys what the other one is not about, and the other stays', async () => {
    const running = await twoGrants();
    const { store } = copying.hospital;
    const ending = copying.ending(running);
    await ending.round();
    const rows = () =>
      store.all<{ content: Uint8Array }>('SELECT content FROM copied_resources ORDER BY from_ms');
    const [kept, over] = rows().map(({ content }) => Buffer.from(content));
    if (kept === undefined || over === undefined) throw new Error('Not both are kept');
    await copying.revoked({ patientId: copying.patient.patientId, grantId: lab });
    await ending.round();
    expect(rows()).toHaveLength(1);
    expect([copying.filesOf().includes(over), copying.filesOf().includes(kept)]).toEqual([false, true]);
    expect(timesOf(await copying.find(running))).toEqual([vitals]);
  });

  test('what was opened under the one that ended meanwhile is not kept for the other', async () => {
    const running = await twoGrants();
    await copying.announce(running, { at: '2026-05-03T12:00:00Z', tagGroups: [[LAB_TAG]] });
    copying.meanwhile = async () => {
      await copying.revoked({ patientId: copying.patient.patientId, grantId: lab });
    };
    await running.intake.round();
    expect(copying.hospital.store.all('SELECT 1 FROM copied_records')).toHaveLength(2);
  });

  test('a version that replaces another while it is searched is judged by itself, and each that is shown is logged', async () => {
    await twoGrants();
    const { gate, accessLog } = copying.hospital;
    const { patientId } = copying.patient;
    const { recordId } = copying.patient.newRecord();
    const candidate = (version: number, tag: string) => ({
      version: {
        ...{ patientId, recordId, version, author: patientId, tagGroups: [[tag]] },
        kind: 'periodic' as const,
        period: { start: vitals, end: vitals },
      },
      open: () => new Unread(`version ${version}`),
    });
    const shownOf = async (...candidates: ReturnType<typeof candidate>[]) => {
      const { shown, total } = await gate.copies(ward, patientId, candidates, {
        ...{ grantIds: new Set([copying.grant.grantId]), limit: 10, isCounted: true },
        ...{ idOf: ({ version }) => version.version, isOver: () => false },
      });
      return [total, ...shown.map(({ content }) => content)];
    };
    expect(await shownOf(candidate(1, VITAL_TAG), candidate(2, LAB_TAG))).toEqual([1, 'version 1']);
    expect(await shownOf(candidate(1, LAB_TAG), candidate(2, VITAL_TAG))).toEqual([1, 'version 2']);
    expect(await shownOf(candidate(3, VITAL_TAG), candidate(4, VITAL_TAG))).toHaveLength(3);
    const logged = accessLog.list(Number.MAX_SAFE_INTEGER, 10).map(({ version }) => version);
    expect(logged.reverse()).toEqual([1, 2, 3, 4]);
  });

  test('what waits when its grant ends is not asked for under the other one, by which it may be readable', async () => {
    const running = await twoGrants();
    const asked = copying.asked.length;
    await copying.announce(running, { at: '2026-05-03T12:00:00Z', tagGroups: [[LAB_TAG]] });
    await copying.revoked({ patientId: copying.patient.patientId, grantId: lab });
    while (await running.intake.round());
    expect(copying.asked).toHaveLength(asked);
    expect(copying.hospital.store.all('SELECT 1 FROM copied_records')).toHaveLength(2);
    expect(running.waiting.count(copying.patient.patientId).all).toBe(0);
  });

  test('what is denied while it is opened is not kept, though its grant stands', async () => {
    const running = await twoGrants();
    await copying.announce(running, { at: '2026-05-03T12:00:00Z', tagGroups: [[LAB_TAG]] });
    const denial: GrantState = {
      ...copying.patient.grant({ grantId: `${'d'.repeat(21)}A` }),
      ...{ effect: 'deny', scopeTags: [LAB_TAG] },
    };
    copying.meanwhile = async () => {
      for (const ledger of Object.values(copying.hospital.ledgers)) ledger.grant(denial);
      await copying.hospital.mirrored(copying.patient.patientId);
    };
    while (await running.intake.round());
    expect(copying.hospital.store.all('SELECT 1 FROM copied_records')).toHaveLength(2);
    expect(running.waiting.count(copying.patient.patientId).all).toBe(0);
  });
});
