import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { CopyingHospital, GLUCOSE, STORED_AT, type CopyingParts } from '../../testing/copying-hospital.js';
import { migrations } from '../store/migrations.js';
import { rowsOfRecord } from './resource-rows.js';

const DAY_MS = 24 * 60 * 60_000;
const START_MS = Date.parse('2026-01-01T00:00:00Z');
const dayOf = (day: number): string => new Date(START_MS + day * DAY_MS).toISOString();
const codeOf = (code: string) => ({ coding: [{ system: 'http://loinc.org', code }] });
/** Day on which each begins, by name, and its last day where it tells of more than a moment. */
const TOLD: Readonly<Record<string, readonly [from: number, to?: number]>> = {
  early: [0],
  long: [1, 100],
  longAndOver: [2, 60],
  before: [89],
  reaching: [89, 91],
  within: [90],
  last: [99],
};

let copying: CopyingHospital;
let running: CopyingParts;
beforeAll(async () => {
  copying = await CopyingHospital.open();
  running = copying.parts();
  const { patientId } = copying.patient;
  await copying.hospital.store.commit(() => {
    for (const [name, [from, to]] of Object.entries(TOLD)) {
      const period = { start: dayOf(from), end: dayOf(to ?? from) };
      const resource = {
        ...{ resourceType: 'Observation', status: 'final', code: codeOf(GLUCOSE), valueString: name },
        ...(to === undefined ? { effectiveDateTime: period.start } : { effectivePeriod: period }),
      };
      const json = JSON.stringify({ resourceType: 'Bundle', type: 'collection', entry: [{ resource }] });
      const version = { ...{ patientId, recordId: copying.patient.newRecord().recordId, version: 1 } };
      running.copies.put(
        { ...version, author: patientId, kind: 'periodic', tagGroups: [], period },
        { storedAt: STORED_AT, rows: rowsOfRecord(json, period) },
      );
    }
  });
});
afterAll(() => copying[Symbol.asyncDispose]());

const WAYS: readonly (readonly [string, readonly string[]])[] = [
  ['by a code', [GLUCOSE]],
  ['by one of two codes, each once', [GLUCOSE, `http://loinc.org|${GLUCOSE}`]],
  [
    'by one of more codes than are looked up',
    [...Array.from({ length: 9 }, (_, index) => `718-${index}`), GLUCOSE],
  ],
];
const names = async (anyOf: readonly string[] | undefined, order: 'asc' | 'desc', limit = 10) => {
  const span = { fromMs: START_MS + 90 * DAY_MS, toMs: START_MS + 95 * DAY_MS };
  const terms = anyOf && [{ by: 'code' as const, anyOf }];
  const found: string[] = [];
  for (let cursor: string | null | undefined; cursor !== null;) {
    const page = await copying.find(running, {
      ...{ span, order, limit, isCounted: false, ...(terms && { terms }), ...(cursor && { cursor }) },
    });
    found.push(
      ...page.resources.map(({ json }) => (JSON.parse(json) as { valueString: string }).valueString),
    );
    cursor = page.next;
  }
  return found;
};

describe('what tells of a span of time', () => {
  test.each([['without a code', undefined], ...WAYS] as const)(
    'is found %s, whenever it begins, in both orders, and page by page',
    async (_, anyOf) => {
      const falling = ['within', 'reaching', 'long'];
      expect(await names(anyOf, 'desc')).toEqual(falling);
      expect(await names(anyOf, 'desc', 1)).toEqual(falling);
      expect(await names(anyOf, 'asc')).toEqual(falling.toReversed());
      expect(await names(anyOf, 'asc', 1)).toEqual(falling.toReversed());
    },
  );

  test('by no code at all is nothing', async () => {
    expect(await names([], 'desc')).toEqual([]);
  });
});

test('what was copied before has the same places in the index of terms as what is copied now', async () => {
  const { store } = copying.hospital;
  const places = () => store.all('SELECT resource_id, term, hex(place) AS place, from_ms FROM copied_terms');
  const before = places();
  const { sql = '' } =
    migrations.find(({ name }) => name.startsWith('copies: found in the order of time')) ?? {};
  const [update = ''] = /UPDATE copied_terms SET[^;]+;/.exec(sql) ?? [];
  await store.commit(() => {
    store.run(`UPDATE copied_terms SET place = x'', from_ms = 0`);
    store.run(update);
  });
  expect(before.length).toBeGreaterThan(0);
  expect(places()).toEqual(before);
});
