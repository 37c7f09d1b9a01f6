import { entryHashOf, type FhirResource } from '@careledger/fhir';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { CopyingHospital, LAB_TAG, ward, type CopyingParts } from '../../testing/copying-hospital.js';
import { readerWith, signedInFor } from '../../testing/test-hospital.js';
import type { CopyPage, LinkedQuery, RecordsQuery } from './copy-search.js';
import { entryTerm, referenceTerm } from './copy-terms.js';
import { rowsOfRecord } from './resource-rows.js';

let copying: CopyingHospital;
let running: CopyingParts;
beforeEach(async () => {
  copying = await CopyingHospital.open();
  running = copying.parts();
});
afterEach(() => copying[Symbol.asyncDispose]());

const urn = (last: number) => `urn:uuid:0b6f4c52-8a3e-4d27-b1f9-6e2c7a905d4${last}`;
const [FIRST, SECOND, METER, REPORT, PROVENANCE] = [0, 1, 2, 3, 4].map(urn) as [
  ...[string, string, string, string, string],
];
const at = '2026-05-05T08:00:00Z';
const measured = (value: number, device?: string) => ({
  ...{ resourceType: 'Observation', status: 'final', code: { coding: [{ code: 'x' }] } },
  ...{ effectiveDateTime: at, valueQuantity: { value } },
  ...(device !== undefined && { device: { reference: device } }),
});
/** Two readings of a meter, a report of one of them, and where all of it comes from. */
const ENTRIES = [
  { fullUrl: FIRST, resource: measured(1, METER) },
  { fullUrl: SECOND, resource: { ...measured(2, METER), status: 'amended' } },
  { fullUrl: METER, resource: { resourceType: 'Device', type: { text: 'Meter' } } },
  {
    fullUrl: REPORT,
    resource: { resourceType: 'DiagnosticReport', status: 'final', result: [{ reference: FIRST }] },
  },
  {
    fullUrl: PROVENANCE,
    resource: {
      ...{ resourceType: 'Provenance', recorded: '2026-05-05T09:00:00Z' },
      target: [{ reference: FIRST }, { reference: SECOND }],
      agent: [{ who: { reference: METER } }],
    },
  },
];

/** A record of these entries, copied. */
async function copied(entry: readonly object[] = ENTRIES, more: object = {}): Promise<string> {
  const { recordId } = await copying.announce(running, more);
  copying.contents.set(recordId, JSON.stringify({ resourceType: 'Bundle', type: 'collection', entry }));
  await running.intake.round();
  return recordId;
}

const typesOf = (resources: CopyPage['linked']): string[] =>
  resources.map(({ json }) => (JSON.parse(json) as FhirResource).resourceType);
const valuesOf = (resources: CopyPage['linked']): number[] =>
  resources.map(({ json }) => (JSON.parse(json) as ReturnType<typeof measured>).valueQuantity.value);
const linkedBy = (includes: readonly string[], reverse: LinkedQuery['reverse'] = []): LinkedQuery => ({
  ...{ includes: new Set(includes), reverse },
});
const OF_REPORTS = { resourceType: 'DiagnosticReport', parameter: 'result' };
const OF_PROVENANCE = { resourceType: 'Provenance', parameter: 'target' };

describe('what is linked to something found', () => {
  const logged = () => copying.hospital.accessLog.list(Number.MAX_SAFE_INTEGER, 10);

  test('is shown beside it, once, and its record is logged once', async () => {
    const recordId = await copied();
    const { resources, linked, total } = await copying.find(running, { linked: linkedBy(['device']) });
    expect([valuesOf(resources), typesOf(linked), total]).toEqual([[2, 1], ['Device'], 2]);
    expect(logged().map((entry) => entry.recordId)).toEqual([recordId]);
  });

  test('is what refers to it as well, of the type that is asked for alone', async () => {
    await copied();
    const beside = async (linked: LinkedQuery) => typesOf((await copying.find(running, { linked })).linked);
    expect(await beside(linkedBy([], [OF_REPORTS]))).toEqual(['DiagnosticReport']);
    expect((await beside(linkedBy(['device'], [OF_REPORTS, OF_PROVENANCE]))).sort()).toEqual([
      ...['Device', 'DiagnosticReport', 'Provenance'],
    ]);
    const otherType = { resourceType: 'DiagnosticReport', parameter: 'target' };
    expect(await beside(linkedBy(['performer'], [otherType]))).toEqual([]);
  });

  test('and found itself is not shown twice', async () => {
    await copied([
      { fullUrl: FIRST, resource: { ...measured(1), hasMember: [{ reference: SECOND }] } },
      { fullUrl: SECOND, resource: measured(2) },
    ]);
    const both = await copying.find(running, { linked: linkedBy(['has-member']) });
    expect([valuesOf(both.resources), both.linked]).toEqual([[2, 1], []]);
    const one = await copying.find(running, {
      ...{ linked: linkedBy(['has-member']), order: 'asc', limit: 1 },
    });
    expect([valuesOf(one.resources), valuesOf(one.linked)]).toEqual([[1], [2]]);
  });

  test('is held to the scopes of the token like what was found', async () => {
    await copied();
    const byToken = async (...scopes: string[]) => {
      const reader = readerWith({}, { unit: 'ward-4', signIn: signedInFor(scopes) });
      const linked = linkedBy(['device'], [OF_REPORTS]);
      return typesOf((await copying.find(running, { linked, does: 's' }, reader)).linked);
    };
    expect(await byToken('user/Observation.s')).toEqual([]);
    expect(await byToken('user/Observation.s', 'user/Device.r', 'user/DiagnosticReport.r')).toEqual([]);
    expect(await byToken('user/Observation.s', 'user/Device.s')).toEqual(['Device']);
    expect(await byToken('user/*.s')).toEqual(['Device', 'DiagnosticReport']);
  });

  test('is hidden by a denial with its record', async () => {
    await copied(ENTRIES, { tagGroups: [[LAB_TAG]] });
    const denial = copying.patient.grant({
      ...{ grantId: `${'d'.repeat(21)}A`, effect: 'deny', scopeTags: [LAB_TAG] },
    });
    await copying.hospital.granted(copying.patient.state, denial);
    const page = await copying.find(running, { linked: linkedBy(['device'], [OF_PROVENANCE]) });
    expect([page.resources, page.linked, logged()]).toEqual([[], [], []]);
  });

  test('lies in the same record: the same name in another one is another thing', async () => {
    await copied();
    await copied([{ fullUrl: METER, resource: { resourceType: 'Device', type: { text: 'Other' } } }]);
    const { linked } = await copying.find(running, { linked: linkedBy(['device']) });
    expect(linked.map(({ json }) => json)).toEqual([expect.stringContaining('"Meter"')]);
  });
});

describe('a search by what copies have as keyed hashes', () => {
  const totalOf = async (...terms: NonNullable<Parameters<typeof copying.find>[1]>['terms'] & object) =>
    (await copying.find(running, { terms })).total;

  test('finds by status, by which entry of which record it is, and by what it refers to', async () => {
    const recordId = await copied();
    const entry = (name: string) => ({ recordId, entryHash: entryHashOf(name) });
    expect(await totalOf({ by: 'status', anyOf: ['final'] })).toBe(1);
    expect(await totalOf({ by: 'status', anyOf: ['final', 'amended'] })).toBe(2);
    expect(await totalOf({ by: 'code', anyOf: ['final'] })).toBe(0);
    expect(await totalOf({ by: 'entry', anyOf: [entryTerm(entry(SECOND))] })).toBe(1);
    expect(await totalOf({ by: 'entry', anyOf: [] })).toBe(0);
    const meter = entry(METER);
    expect(await totalOf({ by: 'reference', anyOf: [referenceTerm('device', meter)] })).toBe(2);
    expect(await totalOf({ by: 'reference', anyOf: [referenceTerm('performer', meter)] })).toBe(0);
  });

  test('looks inside for what only the content says, and counts what is meant alone', async () => {
    await copied();
    const page = await copying.find(running, { isMeant: ({ json }) => json.includes('amended') });
    expect([valuesOf(page.resources), page.total]).toEqual([[2], 1]);
  });
});

describe('all of a copy, record by record', () => {
  const all = (more: Partial<RecordsQuery> = {}) =>
    running.search.findByRecord(ward, {
      ...{ patientId: copying.patient.patientId, limit: 10, isCounted: false },
      ...more,
    });

  test('comes in pages, each resource once, of all types or of some', async () => {
    await copied();
    await copied([{ fullUrl: FIRST, resource: measured(3) }]);
    const types = ENTRIES.map(({ resource: { resourceType } }) => resourceType);
    expect(typesOf((await all()).resources)).toEqual([...types, 'Observation']);
    const paged: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: CopyPage = await all({ limit: 4, ...(cursor !== '' && { cursor }) });
      paged.push(...typesOf(page.resources));
      cursor = page.next;
    }
    expect(paged).toEqual([...types, 'Observation']);
    const some = await all({ resourceTypes: ['Device', 'Provenance'] });
    expect(typesOf(some.resources)).toEqual(['Device', 'Provenance']);
    const span = { fromMs: Date.parse('2026-05-05T08:30:00Z'), toMs: Date.parse('2026-05-06') };
    expect(typesOf((await all({ span })).resources)).toEqual(['Provenance']);
  });

  test('shows nothing of a version that another has replaced while it is searched', async () => {
    const recordId = await copied([{ fullUrl: FIRST, resource: measured(1) }]);
    const { copies } = running;
    const kept = copies.record(copying.patient.patientId, recordId);
    const open = copies.open.bind(copies);
    copies.open = (key, found) => {
      copying.hospital.store.run('DELETE FROM copied_records WHERE copy_id = ?', kept?.copyId ?? 0);
      return open(key, found);
    };
    expect((await all()).resources).toEqual([]);
  });

  test('is another patient’s never', async () => {
    await copied();
    const period = { start: at, end: at };
    const json = JSON.stringify({ resourceType: 'Bundle', type: 'collection', entry: ENTRIES });
    const theirs = { patientId: `pat_${'b'.repeat(32)}`, recordId: `rec_${'b'.repeat(32)}`, period };
    await copying.hospital.store.commit(() =>
      running.copies.put({ ...theirs, version: 1, author: theirs.patientId, tagGroups: [] } as never, {
        ...{ storedAt: at, rows: rowsOfRecord(json, period) },
      }),
    );
    const { resources } = await all();
    expect(resources).toHaveLength(ENTRIES.length);
    expect(resources.some(({ recordId }) => recordId === theirs.recordId)).toBe(false);
  });
});
