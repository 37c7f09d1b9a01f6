import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256, toBase64url } from '@careledger/crypto';
import type { AnnouncedRecordState, GrantState } from '@careledger/contracts';
import { copyUnitHash } from '@careledger/envelope/portable';
import { entryHashOf } from '@careledger/fhir';
import { createLogger, resourceScopesOf } from '@careledger/service-kit';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { TestHospital, readerWith } from '../../testing/test-hospital.js';
import { testPatient } from '../../testing/test-patient.js';
import type { VersionsWanted } from '../access/access-service.js';
import { problem } from '../problems.js';
import { STORE_FILE, SqliteStore } from '../store/store.js';
import { Allowances } from './allowances.js';
import { CopySearch, type CopyQuery } from './copy-search.js';
import { CopyStore } from './copy-store.js';
import { CopyEnding } from './ending.js';
import { CopyIntake } from './intake.js';
import { IntakeStore } from './intake-store.js';

const unit = { unit: 'ward-4', salt: toBase64url(new Uint8Array(32).fill(3)) };
const copy = { purpose: 'TREAT', unitHash: copyUnitHash(sha256, unit) } as const;
const LOINC = 'http://loinc.org';
const GLUCOSE = '2339-0';
const VITAL_TAG = `${'v'.repeat(21)}A`;
const LAB_TAG = `${'l'.repeat(21)}A`;
const STORED_AT = '2026-05-05T09:00:00.000Z';
const logger = createLogger('copies', { level: 'silent' });
const ward = readerWith({}, { unit: 'ward-4' });

let dir: string;
let hospital: TestHospital;
let patient: ReturnType<typeof testPatient>;
let grant: GrantState;
/** What the api has asked for, and what comes of it. */
let asked: VersionsWanted[];
let refusal: ReturnType<typeof problem> | undefined;
let contents: Map<string, string>;
let meanwhile: () => Promise<void>;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'careledger-copies-'));
  hospital = new TestHospital({ store: new SqliteStore(join(dir, STORE_FILE)) });
  patient = testPatient();
  [asked, refusal, contents, meanwhile] = [[], undefined, new Map(), async () => undefined];
  grant = patient.grant({
    copy,
    sealed: await patient.meaning(hospital.ownKey.publicKey, { copy: unit }),
  });
  await hospital.granted(patient.state, grant);
  await hospital.store.commit(() => hospital.mirror.grantSince(patient.patientId, grant.grantId, 1));
});
afterEach(async () => {
  await hospital[Symbol.asyncDispose]();
  rmSync(dir, { recursive: true });
});

/** The parts, as the service puts them together, on the store as it is. */
function parts() {
  const { store, box, policy, meanings, clock, gate, mirror } = hospital;
  const copies = new CopyStore(store, box);
  const allowances = new Allowances(policy, meanings);
  const waiting = new IntakeStore(store);
  const open = async (wanted: VersionsWanted) => {
    asked.push(wanted);
    await meanwhile();
    if (refusal !== undefined)
      return wanted.versions.map(() => ({ status: 'rejected' as const, reason: refusal }));
    return wanted.versions.map(({ recordId }) => ({
      status: 'fulfilled' as const,
      value: { json: contents.get(recordId) ?? '', access: {} as never, storedAt: STORED_AT },
    }));
  };
  const intake = new CopyIntake({
    ...{ access: { open }, allowances, copies, waiting, policy, store, logger, clock },
  });
  const search = new CopySearch({
    ...{ allowances, copies, gate, mirror, policy, clock, ended: () => undefined },
  });
  return { copies, allowances, waiting, intake, search };
}

/** A record of one observation, announced. */
async function announce(
  { intake }: ReturnType<typeof parts>,
  {
    value = '5.40',
    at = '2026-05-05T08:00:00Z',
    code = GLUCOSE,
    category = 'laboratory',
    ...more
  }: {
    value?: string;
    at?: string;
    code?: string;
    category?: string;
  } & Partial<AnnouncedRecordState> = {},
): Promise<AnnouncedRecordState> {
  const { recordId, seed } = patient.newRecord();
  const coding = (system: string, each: string) => `{"coding":[{"system":"${system}","code":"${each}"}]}`;
  contents.set(
    recordId,
    `{"resourceType":"Bundle","type":"collection","entry":[{"fullUrl":"urn:uuid:0b6f4c52-8a3e-4d27-b1f9-6e2c7a905d41",` +
      `"resource":{"resourceType":"Observation","status":"final","category":[${coding('urn:c', category)}],` +
      `"code":${coding(LOINC, code)},"effectiveDateTime":"${at}","valueQuantity":{"value":${value},"unit":"mmol/L"}}}]}`,
  );
  const record = {
    ...{ patientId: patient.patientId, recordId, seed, version: 1, prevVersionHash: null, kind: 'periodic' },
    ...{ author: patient.patientId, providerId: 'prv_cloud-a', manifestHash: 'A'.repeat(43), tagGroups: [] },
    period: { start: at, end: at },
    ...more,
  } as unknown as AnnouncedRecordState;
  await hospital.store.commit(() => intake.noticed(record));
  return record;
}
const find = ({ search }: ReturnType<typeof parts>, more: Partial<CopyQuery> = {}, reader = ward) =>
  search.find(reader, {
    ...{
      patientId: patient.patientId,
      resourceType: 'Observation',
      limit: 10,
      order: 'desc',
      isCounted: true,
    },
    ...more,
  });
const timesOf = ({ resources }: Awaited<ReturnType<typeof find>>) =>
  resources.map(({ json }) => (JSON.parse(json) as { effectiveDateTime: string }).effectiveDateTime);
const revoked = async (): Promise<void> => {
  for (const ledger of Object.values(hospital.ledgers)) ledger.revoke(grant);
  await hospital.mirrored(patient.patientId);
};
/** Everything that lies in the store's files. */
const filesOf = () => Buffer.concat(readdirSync(dir).map((name) => readFileSync(join(dir, name))));

describe('the intake', () => {
  test('asks for all that waits at once, for the unit and purpose of the copy', async () => {
    const running = parts();
    const all = [await announce(running), await announce(running), await announce(running)];
    expect(await running.intake.round()).toBe(true);
    expect(await running.intake.round()).toBe(false);
    expect(asked).toHaveLength(1);
    expect(asked[0]?.versions.map(({ recordId }) => recordId)).toEqual(all.map(({ recordId }) => recordId));
    expect(asked[0]?.reader).toMatchObject({ purpose: 'TREAT', principal: { unit: 'ward-4', name: 'copy' } });
  });

  test('asks again until it is answered, also in a service that was started again', async () => {
    refusal = problem('PROVIDER_UNREACHABLE', 'away');
    await announce(parts());
    await parts().intake.round();
    expect((await find(parts())).resources).toEqual([]);
    // As if it had been killed: another process has nothing but the store.
    await hospital.store.close();
    const store = new SqliteStore(join(dir, STORE_FILE));
    const { ownKey, nowMs } = hospital;
    hospital = new TestHospital({ store, ownKey });
    hospital.nowMs = nowMs + 60_000;
    await hospital.granted(patient.state, grant);
    refusal = undefined;
    await parts().intake.round();
    expect((await find(parts())).resources).toHaveLength(1);
  });

  test('takes nothing that no grant with a copy is about', async () => {
    for (const ledger of Object.values(hospital.ledgers)) ledger.revoke(grant);
    await hospital.granted(patient.state, patient.grant({ grantId: `${'h'.repeat(21)}A` }));
    const running = parts();
    await announce(running);
    expect(await running.intake.round()).toBe(false);
    await expect(find(running)).rejects.toMatchObject({
      code: 'READ_REFUSED',
      members: { reason: 'NO_GRANT' },
    });
  });

  test('keeps nothing that was opened while its revocation came', async () => {
    const running = parts();
    await announce(running);
    meanwhile = revoked;
    await running.intake.round();
    expect(asked).toHaveLength(1);
    expect(running.copies.keys.patientIds()).toEqual([]);
  });

  test('keeps the newest version of a record', async () => {
    const running = parts();
    const first = await announce(running, { value: '1.5' });
    await running.intake.round();
    contents.set(first.recordId, (contents.get(first.recordId) ?? '').replace('1.5', '2.50'));
    await hospital.store.commit(() => running.intake.noticed({ ...first, version: 2 }));
    await running.intake.round();
    const { resources } = await find(running);
    expect(resources).toEqual([
      expect.objectContaining({ version: 2, json: expect.stringContaining('2.50') }),
    ]);
  });
});

describe('what a newer version has replaced', () => {
  let running: ReturnType<typeof parts>;
  let first: AnnouncedRecordState;
  beforeEach(async () => {
    for (const ledger of Object.values(hospital.ledgers)) ledger.grants = [];
    grant = { ...grant, scopeTags: [LAB_TAG] };
    await hospital.granted(patient.state, grant);
    running = parts();
    first = await announce(running, { tagGroups: [[LAB_TAG]] });
    await running.intake.round();
  });
  const announced = (record: AnnouncedRecordState) =>
    hospital.store.commit(() => {
      running.intake.told(record);
      running.intake.noticed(record);
    });

  test('is shown until that one is copied, and not where no copy of it may be kept', async () => {
    await announced({ ...first, version: 2 });
    expect((await find(running)).resources).toEqual([expect.objectContaining({ version: 1 })]);
    await running.intake.round();
    expect((await find(running)).resources).toEqual([expect.objectContaining({ version: 2 })]);
    await announced({ ...first, version: 3, tagGroups: [[VITAL_TAG]] });
    expect((await find(running)).total).toBe(0);
  });

  test('is not shown once that one was refused for good; until then it is asked for again', async () => {
    await announced({ ...first, version: 2 });
    refusal = problem('ACCESS_DENIED', 'no');
    for (let n = 0; n < 6; n += 1) {
      expect((await find(running)).total).toBe(1);
      await running.intake.round();
      hospital.nowMs += 60_000;
    }
    expect((await find(running)).total).toBe(0);
    // Of an older one nothing is told that counts.
    await announced(first);
    expect((await find(running)).total).toBe(0);
  });

  test('what nobody wraps is asked for ever more rarely: each time is on the ledger', async () => {
    await announced({ ...first, version: 2 });
    refusal = problem('RECORD_NOT_WRAPPED', 'later');
    asked = [];
    for (let minute = 0; minute < 24 * 60; minute += 1) {
      await running.intake.round();
      hospital.nowMs += 60_000;
    }
    expect(asked.length).toBeGreaterThan(24);
    expect(asked.length).toBeLessThan(40);
  });
});

describe('a search', () => {
  const days = ['2026-05-01', '2026-05-02', '2026-05-03', '2026-05-04'];
  const noon = (day: string) => `${day}T12:00:00Z`;
  let running: ReturnType<typeof parts>;
  beforeEach(async () => {
    running = parts();
    for (const [index, day] of days.entries())
      await announce(running, {
        ...{ at: noon(day), tagGroups: [[index === 3 ? LAB_TAG : VITAL_TAG]] },
        ...(index === 3 && { code: '718-7' }),
      });
    await running.intake.round();
  });

  test('finds by type, code, category and time, sorted, its numbers as they were written', async () => {
    expect(timesOf(await find(running))).toEqual([...days].reverse().map(noon));
    expect(timesOf(await find(running, { order: 'asc' }))).toEqual(days.map(noon));
    expect(timesOf(await find(running, { codes: ['718-7'] }))).toEqual([noon('2026-05-04')]);
    expect(timesOf(await find(running, { codes: [`${LOINC}|718-7`, 'none'] }))).toEqual([noon('2026-05-04')]);
    expect((await find(running, { codes: ['urn:other|718-7'] })).total).toBe(0);
    expect((await find(running, { categories: ['vital-signs'] })).total).toBe(0);
    expect((await find(running, { categories: ['laboratory'], codes: [GLUCOSE] })).total).toBe(3);
    expect((await find(running, { resourceType: 'Condition' })).total).toBe(0);
    const span = { fromMs: Date.parse('2026-05-02'), toMs: Date.parse('2026-05-03') };
    const { resources } = await find(running, { span });
    expect(resources).toEqual([expect.objectContaining({ json: expect.stringContaining('"value":5.40,') })]);
  });

  test('is paged by cursor, and counts what may be seen on all pages', async () => {
    const first = await find(running, { limit: 3 });
    const second = await find(running, { limit: 3, cursor: first.next ?? '' });
    expect([first.total, second.total, second.next]).toEqual([4, 4, null]);
    expect([...timesOf(first), ...timesOf(second)]).toEqual([...days].reverse().map(noon));
    const uncounted = await find(running, { limit: 3, cursor: first.next ?? '', isCounted: false });
    expect([uncounted.total, timesOf(uncounted)]).toEqual([undefined, [noon('2026-05-01')]]);
  });

  test('shows and counts nothing that a denial hides, and logs each record that it shows', async () => {
    const denial = patient.grant({
      ...{ grantId: `${'d'.repeat(21)}A`, effect: 'deny', scopeTags: [LAB_TAG] },
    });
    await hospital.granted(patient.state, denial);
    const page = await find(running);
    expect([page.total, timesOf(page)]).toEqual([3, [...days].reverse().slice(1).map(noon)]);
    const logged = hospital.accessLog.list(Number.MAX_SAFE_INTEGER, 10);
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
    const page = await find(running, { limit: 0, codes: [GLUCOSE] });
    expect(page).toEqual({ resources: [], total: 3, next: null });
    const logged = hospital.accessLog.list(Number.MAX_SAFE_INTEGER, 10);
    expect(logged.map(({ basis }) => basis)).toEqual(['copy', 'copy', 'copy']);
    expect(new Set(logged.map(({ recordId }) => recordId)).size).toBe(3);
  });

  test('goes by the tags that the patient’s gateway has confirmed meanwhile', async () => {
    const record = await announce(running, { author: 'aut_lab', tagGroups: [[VITAL_TAG]] });
    await running.intake.round();
    const denial = patient.grant({ grantId: `${'d'.repeat(21)}A`, effect: 'deny', scopeTags: [LAB_TAG] });
    await hospital.granted(patient.state, denial);
    // What its author alone says may be hidden.
    expect((await find(running)).total).toBe(3);
    const confirmation = { seq: 1, tagGroups: [[VITAL_TAG]], at: record.period.start, txId: 'a'.repeat(64) };
    await hospital.store.commit(() => running.intake.told({ ...record, confirmations: [confirmation] }));
    expect((await find(running)).total).toBe(4);
  });

  test('keeps to a time that is more than one span, on every page', async () => {
    const isOfTime = ({ fromMs }: { readonly fromMs: number }) => new Date(fromMs).getUTCDate() % 2 === 0;
    const first = await find(running, { isOfTime, limit: 1 });
    const second = await find(running, { isOfTime, limit: 1, cursor: first.next ?? '' });
    expect([first.total, ...timesOf(first), ...timesOf(second), second.next]).toEqual([
      ...[2, noon('2026-05-04'), noon('2026-05-02'), null],
    ]);
  });

  test('says which entry of which version it is, and when the ledger had that', async () => {
    const [shown] = (await find(running)).resources;
    expect(shown).toMatchObject({
      ...{ entry: 0, version: 1, storedAt: STORED_AT, links: [] },
      entryHash: entryHashOf('urn:uuid:0b6f4c52-8a3e-4d27-b1f9-6e2c7a905d41'),
    });
  });

  test('shows a token what its scopes let it do: reading is not searching', async () => {
    const readerOf = (...scopes: string[]) =>
      readerWith(
        {},
        {
          unit: 'ward-4',
          signIn: {
            ...{ issuer: 'https://idp.example', expiresAtMs: Date.now() + 60_000 },
            ...{ person: undefined, patientId: undefined },
            ...{ scopes: resourceScopesOf(scopes), roleScopes: new Set<string>() },
          },
        },
      );
    const totalFor = async (does: 'r' | 's', scope: string) =>
      (await find(running, { does }, readerOf(scope))).total;
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
      destroyed ??= hospital.store.commit(() => copies.destroy(patient.patientId));
      return open(...args);
    };
    expect(await find(running)).toEqual({ resources: [], total: 0, next: null });
    await destroyed;
    expect(running.allowances.stands(patient.patientId)).toBe(true);
  });

  test('is for the unit and the purpose of the copy alone', async () => {
    const refused = (reason: string) => ({ code: 'READ_REFUSED', members: { reason } });
    await expect(find(running, {}, readerWith({}, { unit: 'ward-5' }))).rejects.toMatchObject(
      refused('GRANTEE_MISMATCH'),
    );
    await expect(find(running, {}, readerWith())).rejects.toMatchObject(refused('GRANTEE_MISMATCH'));
    await expect(find(running, {}, { ...ward, purpose: 'HRESCH' })).rejects.toMatchObject(
      refused('PURPOSE_NOT_GRANTED'),
    );
  });

  test('shows nothing once the mirror of the ledger is older than 30 s', async () => {
    hospital.ledgers.authorities.state = 'away';
    hospital.nowMs += 30_000;
    expect((await find(running)).total).toBe(4);
    hospital.nowMs += 1;
    await expect(find(running)).rejects.toMatchObject({ code: 'COPY_STALE' });
    hospital.ledgers.authorities.state = 'there';
    expect((await find(running)).total).toBe(4);
  });
});

describe('of two grants that let a copy be kept', () => {
  const unit5 = { unit: 'ward-5', salt: toBase64url(new Uint8Array(32).fill(5)) };
  const copy5 = { purpose: 'TREAT', unitHash: copyUnitHash(sha256, unit5) } as const;
  const lab: GrantState['grantId'] = `${'l'.repeat(21)}Q`;
  const [vitals, labs] = ['2026-05-01T12:00:00Z', '2026-05-02T12:00:00Z'];
  const ward5 = readerWith({}, { unit: 'ward-5' });

  /** Vital signs for ward 4, laboratory for ward 5; anybody there may read either. */
  async function twoGrants(): Promise<ReturnType<typeof parts>> {
    for (const ledger of Object.values(hospital.ledgers)) ledger.grants = [];
    grant = { ...grant, scopeTags: [VITAL_TAG] };
    const other = patient.grant({
      ...{ grantId: lab, scopeTags: [LAB_TAG], copy: copy5 },
      sealed: await patient.meaning(hospital.ownKey.publicKey, { copy: unit5 }),
    });
    await hospital.granted(patient.state, grant, other);
    const running = parts();
    await announce(running, { at: vitals, tagGroups: [[VITAL_TAG]] });
    await announce(running, { at: labs, tagGroups: [[LAB_TAG]] });
    while (await running.intake.round());
    return running;
  }

  test('each record is asked for as the one that is about it says', async () => {
    const running = await twoGrants();
    expect(asked.map(({ reader, versions }) => [reader.principal.unit, versions.length])).toEqual([
      ['ward-4', 1],
      ['ward-5', 1],
    ]);
    expect(running.copies.keys.patientIds()).toEqual([patient.patientId]);
  });

  test('a unit is shown what is kept for it, not what is kept for another one', async () => {
    const running = await twoGrants();
    expect(timesOf(await find(running))).toEqual([vitals]);
    const page = await find(running, {}, ward5);
    expect([page.total, timesOf(page)]).toEqual([1, [labs]]);
  });

  test('a record of this authority’s own is kept for no other unit either', async () => {
    const running = await twoGrants();
    await announce(running, { author: 'aut_hospital', tagGroups: [[LAB_TAG]] });
    while (await running.intake.round());
    expect((await find(running)).total).toBe(1);
  });

  test('the end of one destroys what the other one is not about, and the other stays', async () => {
    const running = await twoGrants();
    const { allowances, copies, waiting } = running;
    const { store, clock } = hospital;
    await using ending = new CopyEnding({ allowances, copies, waiting, store, logger, clock });
    await ending.round();
    const rows = () =>
      store.all<{ content: Uint8Array }>('SELECT content FROM copied_resources ORDER BY from_ms');
    const [kept, over] = rows().map(({ content }) => Buffer.from(content));
    if (kept === undefined || over === undefined) throw new Error('Not both are kept');
    for (const ledger of Object.values(hospital.ledgers))
      ledger.revoke({ patientId: patient.patientId, grantId: lab });
    await hospital.mirrored(patient.patientId);
    await ending.round();
    expect(rows()).toHaveLength(1);
    expect([filesOf().includes(over), filesOf().includes(kept)]).toEqual([false, true]);
    expect(timesOf(await find(running))).toEqual([vitals]);
  });

  test('what was opened under the one that ended meanwhile is not kept for the other', async () => {
    const running = await twoGrants();
    await announce(running, { at: '2026-05-03T12:00:00Z', tagGroups: [[LAB_TAG]] });
    meanwhile = async () => {
      for (const ledger of Object.values(hospital.ledgers))
        ledger.revoke({ patientId: patient.patientId, grantId: lab });
      await hospital.mirrored(patient.patientId);
    };
    await running.intake.round();
    expect(hospital.store.all('SELECT 1 FROM copied_records')).toHaveLength(2);
  });
});

describe('a revocation', () => {
  test('hides the copy at once and destroys its key: nothing in the store’s files opens it', async () => {
    const running = parts();
    await announce(running);
    await running.intake.round();
    const { store } = hospital;
    const rowsOf = (sql: string) =>
      store.all<{ bytes: Uint8Array }>(sql).map(({ bytes }) => Buffer.from(bytes));
    const secrets = [
      ...rowsOf('SELECT sealed AS bytes FROM copy_keys'),
      ...rowsOf('SELECT content AS bytes FROM copied_resources'),
      ...rowsOf('SELECT terms AS bytes FROM copied_records'),
    ];
    expect(secrets).toHaveLength(3);
    const before = filesOf();
    for (const secret of secrets) expect(before.includes(secret)).toBe(true);
    for (const plain of ['5.40', 'mmol/L', GLUCOSE]) expect(before.includes(plain)).toBe(false);

    await revoked();
    await expect(find(running)).rejects.toMatchObject({ members: { reason: 'NO_GRANT' } });
    const { allowances, copies, waiting } = running;
    await using ending = new CopyEnding({ allowances, copies, waiting, store, logger });
    await ending.round();
    const after = filesOf();
    for (const secret of secrets) expect(after.includes(secret)).toBe(false);
    expect(copies.keys.find(patient.patientId)).toBeUndefined();
    expect(store.all('SELECT 1 FROM copied_resources UNION ALL SELECT 1 FROM copied_terms')).toEqual([]);
    // Another grant begins with nothing, under another key.
    grant = { ...grant, grantId: `${'n'.repeat(21)}A` };
    await hospital.granted(patient.state, grant);
    expect((await find(running)).total).toBe(0);
  });

  test('destroys the copy of the patient who revoked, and no other', async () => {
    const running = parts();
    await announce(running);
    await running.intake.round();
    const other = testPatient();
    await hospital.granted(other.state, other.grant({ copy }));
    await hospital.store.commit(() => running.copies.keys.findOrMake(other.patientId));
    for (const ledger of Object.values(hospital.ledgers))
      ledger.revoke({ patientId: other.patientId, grantId: grant.grantId });
    await hospital.mirrored(other.patientId);
    const { allowances, copies, waiting } = running;
    await using ending = new CopyEnding({ allowances, copies, waiting, store: hospital.store, logger });
    await ending.round();
    expect(copies.keys.patientIds()).toEqual([patient.patientId]);
    expect((await find(running)).total).toBe(1);
  });
});
