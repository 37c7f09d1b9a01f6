import type { FhirResource } from '@careledger/fhir';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  CopyingHospital,
  GLUCOSE,
  STORED_AT,
  VITAL_TAG,
  ward,
  type CopyingParts,
} from '../../testing/copying-hospital.js';
import type { KeptResource } from './copy-store.js';
import { rowsOfRecord } from './resource-rows.js';

const [RECORDS, OF_EACH] = [100, 100];
const ALL = RECORDS * OF_EACH;
const START_MS = Date.parse('2026-01-01T00:00:00Z');
const PAGE = 50;
/** What a page is looked into for what it does not show. */
const LOOKED_INTO_MAX = 1_000;
/** What is read of the store at once. */
const READ_MAX_ROWS = 200;

let copying: CopyingHospital;
let running: CopyingParts;
/** How many rows each read of the store took, none with content; how many contents were opened; reads between two turns of others. */
const seen = { reads: [] as number[], opened: 0, readsInTurn: 0, mostInTurn: 0 };

/** The oldest of all, which comes last. */
const isLast = ({ json }: KeptResource) => json.includes(new Date(START_MS).toISOString());

/** An hour's readings, as one record has them. */
const recordOf = (index: number): string => {
  const entry = Array.from({ length: OF_EACH }, (_, place): { resource: FhirResource } => ({
    resource: {
      ...{ resourceType: 'Observation', status: 'final', valueQuantity: { value: place } },
      code: { coding: [{ system: 'http://loinc.org', code: GLUCOSE }] },
      effectiveDateTime: new Date(START_MS + (index * OF_EACH + place) * 60_000).toISOString(),
    },
  }));
  return JSON.stringify({ resourceType: 'Bundle', type: 'collection', entry });
};

beforeAll(async () => {
  copying = await CopyingHospital.open();
  running = copying.parts();
  const { patientId } = copying.patient;
  const period = { start: '2026-01-01T00:00:00Z', end: '2026-01-01T00:00:00Z' };
  await copying.hospital.store.commit(() => {
    for (let index = 0; index < RECORDS; index++) {
      const { recordId } = copying.patient.newRecord();
      const version = { ...{ patientId, recordId, version: 1, author: patientId }, period };
      running.copies.put({ ...version, tagGroups: [[VITAL_TAG]] } as never, {
        ...{ storedAt: STORED_AT, rows: rowsOfRecord(recordOf(index), period) },
      });
    }
  });
  const { store } = copying.hospital;
  const { copies } = running;
  const [all, open] = [store.all.bind(store), copies.open.bind(copies)];
  store.all = <R>(sql: string, ...values: Parameters<typeof all>[1][]): R[] => {
    const rows = all<R>(sql, ...values);
    if (!sql.includes('FROM copied_resources AS found') && !sql.includes('CROSS JOIN')) return rows;
    seen.reads.push(rows.length);
    expect(rows.every((row) => !Object.keys(row as object).includes('content'))).toBe(true);
    seen.readsInTurn += 1;
    seen.mostInTurn = Math.max(seen.mostInTurn, seen.readsInTurn);
    return rows;
  };
  copies.open = (...args) => {
    seen.opened += 1;
    return open(...args);
  };
}, 60_000);
afterAll(() => copying[Symbol.asyncDispose]());

/** What a search did, while others had their turns. */
async function done<T>(search: () => Promise<T>) {
  Object.assign(seen, { reads: [], opened: 0, readsInTurn: 0, mostInTurn: 0 });
  let [turns, isOver] = [0, false];
  const others = () => {
    [turns, seen.readsInTurn] = [turns + 1, 0];
    if (!isOver) setImmediate(others);
  };
  setImmediate(others);
  const found = await search();
  isOver = true;
  return { found, turns, ...seen, mostRows: Math.max(...seen.reads) };
}

describe('a search of 10,000 resources of one patient', () => {
  test('reads and opens for a page what is on the page, wherever that is', async () => {
    let cursor: string | undefined;
    for (let page = 1; page <= 3; page++) {
      const { found, ...did } = await done(() =>
        copying.find(running, { limit: PAGE, isCounted: false, ...(cursor !== undefined && { cursor }) }),
      );
      expect(found.resources).toHaveLength(PAGE);
      expect(did).toMatchObject({ reads: [READ_MAX_ROWS], opened: PAGE + 1 });
      cursor = found.next ?? undefined;
    }
  });

  test('reads of a code and a span of time what there is of both, wherever that is, and whatever comes first', async () => {
    const terms = [{ by: 'code' as const, anyOf: [GLUCOSE] }];
    const fromMs = START_MS + (ALL / 2) * 60_000;
    const span = { fromMs, toMs: fromMs + 10 * 60_000 };
    for (const order of ['asc', 'desc'] as const) {
      const { found, ...did } = await done(() =>
        copying.find(running, { terms, span, order, isCounted: false }),
      );
      expect(found.resources).toHaveLength(10);
      // What begins up to 31 days before may reach the span: more than there is here before it.
      expect(did.reads.reduce((sum, rows) => sum + rows, 0)).toBeLessThanOrEqual(ALL / 2 + 2 * READ_MAX_ROWS);
      const none = await done(() =>
        copying.find(running, { terms: [{ by: 'code', anyOf: ['718-7'] }], span, order, isCounted: false }),
      );
      expect([none.found.resources, none.mostRows]).toEqual([[], 0]);
    }
  });

  test('by more codes than are looked up, and finds nothing, opens nothing; others have their turn after each read', async () => {
    const anyOf = Array.from({ length: 9 }, (_, index) => `718-${index}`);
    const terms = [{ by: 'code' as const, anyOf }];
    const { found, ...did } = await done(() => copying.find(running, { terms, isCounted: false }));
    expect(found.resources).toEqual([]);
    expect(did).toMatchObject({ opened: 0, mostInTurn: 1, mostRows: READ_MAX_ROWS });
    expect(did.turns).toBeGreaterThanOrEqual(ALL / READ_MAX_ROWS);
  });

  test('that counts all opens each once, a read at a time', async () => {
    const { found, ...did } = await done(() => copying.find(running, { limit: PAGE }));
    expect([found.total, found.resources.length]).toEqual([ALL, PAGE]);
    expect(did).toMatchObject({ opened: ALL, mostInTurn: 1, mostRows: READ_MAX_ROWS });
  });

  test('that has to look inside opens no more than a page’s share, and is led on to the rest', async () => {
    const shares = ALL / LOOKED_INTO_MAX;
    let cursor: string | undefined;
    for (let page = 1; page <= shares; page++) {
      const { found, ...did } = await done(() =>
        copying.find(running, { isMeant: isLast, isCounted: false, ...(cursor !== undefined && { cursor }) }),
      );
      expect(found.resources).toHaveLength(page === shares ? 1 : 0);
      expect(did).toMatchObject({ mostInTurn: 1, mostRows: READ_MAX_ROWS });
      expect(did.opened).toBeLessThanOrEqual(LOOKED_INTO_MAX);
      cursor = found.next ?? undefined;
    }
    expect(cursor).toBeUndefined();
    // That a page ends at something says that it is there: who was told so is in the log.
    const logged = copying.hospital.accessLog.list(Number.MAX_SAFE_INTEGER, 2 * shares);
    expect(logged.filter(({ basis }) => basis === 'copy').length).toBeGreaterThanOrEqual(shares);
  });

  test('that has to look inside, and counts, opens each once, a read at a time', async () => {
    const { found, ...did } = await done(() => copying.find(running, { isMeant: isLast }));
    expect([found.total, found.resources.length]).toEqual([1, 1]);
    expect(did).toMatchObject({ opened: ALL, mostInTurn: 1, mostRows: READ_MAX_ROWS });
  });

  test('record by record is as much for a page', async () => {
    const wanted = { patientId: copying.patient.patientId, limit: PAGE, isCounted: false };
    const { found, ...did } = await done(() => running.search.findByRecord(ward, wanted));
    expect(found.resources).toHaveLength(PAGE);
    expect(did).toMatchObject({ reads: [READ_MAX_ROWS], opened: PAGE + 1 });
    const none = await done(() =>
      running.search.findByRecord(ward, { ...wanted, resourceTypes: ['Device'] }),
    );
    expect(none).toMatchObject({ opened: 0, mostInTurn: 1, mostRows: READ_MAX_ROWS });
  });
});
