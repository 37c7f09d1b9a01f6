import { entryHashOf } from '@careledger/fhir';
import { toCursor } from '@careledger/service-kit';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  CopyingHospital,
  FULL_URL,
  GLUCOSE,
  LAB_TAG,
  LOINC,
  STORED_AT,
  VITAL_TAG,
  timesOf,
  ward,
  type CopyingParts,
} from '../../testing/copying-hospital.js';
import { readerWith, signedInFor } from '../../testing/test-hospital.js';

let copying: CopyingHospital;
beforeEach(async () => {
  copying = await CopyingHospital.open();
});
afterEach(() => copying[Symbol.asyncDispose]());

describe('a search', () => {
  const days = ['2026-05-01', '2026-05-02', '2026-05-03', '2026-05-04'];
  const noon = (day: string) => `${day}T12:00:00Z`;
  let running: CopyingParts;
  beforeEach(async () => {
    running = copying.parts();
    for (const [index, day] of days.entries())
      await copying.announce(running, {
        ...{ at: noon(day), tagGroups: [[index === 3 ? LAB_TAG : VITAL_TAG]] },
        ...(index === 3 && { code: '718-7' }),
      });
    await running.intake.round();
  });

  test('finds by type, code, category and time, sorted, its numbers as they were written', async () => {
    expect(timesOf(await copying.find(running))).toEqual([...days].reverse().map(noon));
    expect(timesOf(await copying.find(running, { order: 'asc' }))).toEqual(days.map(noon));
    expect(timesOf(await copying.find(running, { terms: [{ by: 'code', anyOf: ['718-7'] }] }))).toEqual([
      noon('2026-05-04'),
    ]);
    expect(
      timesOf(await copying.find(running, { terms: [{ by: 'code', anyOf: [`${LOINC}|718-7`, 'none'] }] })),
    ).toEqual([noon('2026-05-04')]);
    expect((await copying.find(running, { terms: [{ by: 'code', anyOf: ['urn:other|718-7'] }] })).total).toBe(
      0,
    );
    expect((await copying.find(running, { terms: [{ by: 'category', anyOf: ['vital-signs'] }] })).total).toBe(
      0,
    );
    expect(
      (
        await copying.find(running, {
          terms: [
            { by: 'category', anyOf: ['laboratory'] },
            { by: 'code', anyOf: [GLUCOSE] },
          ],
        })
      ).total,
    ).toBe(3);
    expect((await copying.find(running, { resourceType: 'Condition' })).total).toBe(0);
    const span = { fromMs: Date.parse('2026-05-02'), toMs: Date.parse('2026-05-03') };
    const { resources } = await copying.find(running, { span });
    expect(resources).toEqual([expect.objectContaining({ json: expect.stringContaining('"value":5.40,') })]);
  });

  test('is paged by cursor, and counts what may be seen on all pages', async () => {
    const first = await copying.find(running, { limit: 3 });
    const second = await copying.find(running, { limit: 3, cursor: first.next ?? '' });
    expect([first.total, second.total, second.next]).toEqual([4, 4, null]);
    expect([...timesOf(first), ...timesOf(second)]).toEqual([...days].reverse().map(noon));
    const uncounted = await copying.find(running, { limit: 3, cursor: first.next ?? '', isCounted: false });
    expect([uncounted.total, timesOf(uncounted)]).toEqual([undefined, [noon('2026-05-01')]]);
  });

  test('shows and counts nothing that a denial hides, and logs each record that it shows', async () => {
    const denial = copying.patient.grant({
      ...{ grantId: `${'d'.repeat(21)}A`, effect: 'deny', scopeTags: [LAB_TAG] },
    });
    await copying.hospital.granted(copying.patient.state, denial);
    const page = await copying.find(running);
    expect([page.total, timesOf(page)]).toEqual([3, [...days].reverse().slice(1).map(noon)]);
    const logged = copying.hospital.accessLog.list(Number.MAX_SAFE_INTEGER, 10);
    expect(
      logged.map(({ basis, recordId, purpose, unit: of, decidedBy }) => [
        basis,
        recordId,
        purpose,
        of,
        decidedBy,
      ]),
    ).toEqual(
      [...page.resources].reverse().map(({ recordId }) => ['copy', recordId, 'TREAT', 'ward-4', 'mirror']),
    );
  });

  test('that shows nothing and counts logs each record that it counts', async () => {
    const page = await copying.find(running, { limit: 0, terms: [{ by: 'code', anyOf: [GLUCOSE] }] });
    expect(page).toEqual({ resources: [], linked: [], total: 3, next: null });
    const logged = copying.hospital.accessLog.list(Number.MAX_SAFE_INTEGER, 10);
    expect(logged.map(({ basis }) => basis)).toEqual(['copy', 'copy', 'copy']);
    expect(new Set(logged.map(({ recordId }) => recordId)).size).toBe(3);
  });

  test('whatever of it is shown: also beyond the page, and behind a place that nobody was led to', async () => {
    const terms = [{ by: 'code' as const, anyOf: [GLUCOSE] }];
    const logged = () => copying.hospital.accessLog.list(Number.MAX_SAFE_INTEGER, 20).length;
    const first = await copying.find(running, { limit: 1, terms });
    expect([first.total, first.resources.length, logged()]).toEqual([3, 1, 3]);
    const end = toCursor([Number.MIN_SAFE_INTEGER, 0]);
    const behind = await copying.find(running, { limit: 1, terms, cursor: end });
    expect([behind.total, behind.resources.length, logged()]).toEqual([3, 0, 6]);
    // Whoever goes on has been told how many there are, and is told it again: one more is shown.
    const next = await copying.find(running, { limit: 1, terms, cursor: first.next ?? '' });
    expect([next.total, next.resources.length, logged()]).toEqual([3, 1, 7]);
  });

  test('goes by the tags that the patient’s gateway has confirmed meanwhile', async () => {
    const record = await copying.announce(running, { author: 'aut_lab', tagGroups: [[VITAL_TAG]] });
    await running.intake.round();
    const denial = copying.patient.grant({
      grantId: `${'d'.repeat(21)}A`,
      effect: 'deny',
      scopeTags: [LAB_TAG],
    });
    await copying.hospital.granted(copying.patient.state, denial);
    // What its author alone says may be hidden.
    expect((await copying.find(running)).total).toBe(3);
    const confirmation = { seq: 1, tagGroups: [[VITAL_TAG]], at: record.period.start, txId: 'a'.repeat(64) };
    await copying.hospital.store.commit(() =>
      running.intake.told({ ...record, confirmations: [confirmation] }),
    );
    expect((await copying.find(running)).total).toBe(4);
  });

  test('keeps to a time that is more than one span, on every page', async () => {
    const isOfTime = ({ fromMs }: { readonly fromMs: number }) => new Date(fromMs).getUTCDate() % 2 === 0;
    const first = await copying.find(running, { isOfTime, limit: 1 });
    const second = await copying.find(running, { isOfTime, limit: 1, cursor: first.next ?? '' });
    expect([first.total, ...timesOf(first), ...timesOf(second), second.next]).toEqual([
      ...[2, noon('2026-05-04'), noon('2026-05-02'), null],
    ]);
  });

  test('says which entry of which version it is, and when the ledger had that', async () => {
    const [shown] = (await copying.find(running)).resources;
    expect(shown).toMatchObject({
      ...{ entry: 0, version: 1, storedAt: STORED_AT, links: [] },
      entryHash: entryHashOf(FULL_URL),
    });
  });

  test('shows a token what its scopes let it do: reading is not searching', async () => {
    const readerOf = (...scopes: string[]) => readerWith({}, { unit: 'ward-4', signIn: signedInFor(scopes) });
    const totalFor = async (does: 'r' | 's', scope: string) =>
      (await copying.find(running, { does }, readerOf(scope))).total;
    expect(await totalFor('s', 'user/Observation.s')).toBe(4);
    expect(await totalFor('s', 'user/Observation.s?category=vital-signs')).toBe(0);
    expect(await totalFor('s', 'user/Observation.r')).toBe(0);
    expect(await totalFor('r', 'user/Observation.s')).toBe(0);
  });

  test('shows nothing of a copy whose key is destroyed while it is searched, whatever stands by then', async () => {
    const { copies } = running;
    const open = copies.open.bind(copies);
    let destroyed: Promise<unknown> | undefined;
    copies.open = (...args) => {
      destroyed ??= copying.hospital.store.commit(() => copies.destroy(copying.patient.patientId));
      return open(...args);
    };
    expect(await copying.find(running)).toEqual({ resources: [], linked: [], total: 0, next: null });
    await destroyed;
    expect(running.allowances.stands(copying.patient.patientId)).toBe(true);
  });

  test('is for the unit and the purpose of the copy alone', async () => {
    const refused = (reason: string) => ({ code: 'READ_REFUSED', members: { reason } });
    await expect(copying.find(running, {}, readerWith({}, { unit: 'ward-5' }))).rejects.toMatchObject(
      refused('GRANTEE_MISMATCH'),
    );
    await expect(copying.find(running, {}, readerWith())).rejects.toMatchObject(refused('GRANTEE_MISMATCH'));
    await expect(copying.find(running, {}, { ...ward, purpose: 'HRESCH' })).rejects.toMatchObject(
      refused('PURPOSE_NOT_GRANTED'),
    );
  });

  test('shows nothing once the mirror of the ledger is older than 30 s', async () => {
    copying.hospital.ledgers.authorities.state = 'away';
    copying.hospital.nowMs += 30_000;
    expect((await copying.find(running)).total).toBe(4);
    copying.hospital.nowMs += 1;
    await expect(copying.find(running)).rejects.toMatchObject({ code: 'COPY_STALE' });
    copying.hospital.ledgers.authorities.state = 'there';
    expect((await copying.find(running)).total).toBe(4);
  });
});
