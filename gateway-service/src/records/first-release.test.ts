import { cpSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import type { StatementBody } from '@careledger/contracts';
import { readWrap } from '@careledger/envelope';
import { readStatement } from '@careledger/statements';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { RecordsFixture } from '../../testing/records-fixture.js';
import { StepStore } from '../consent/index.js';
import type { OwnVersion } from './own-version.js';

/** What the first release wrote: four windows and two emergencies of two patients, in every stage. */
const FIXTURES = fileURLToPath(new URL('../../../fixtures/', import.meta.url));
const HOUR_MS = 60 * 60_000;

interface OldVersion {
  readonly version_no: number;
  readonly patient_no: number;
  readonly record_id: string;
  readonly stage: string;
  readonly kind: string;
  readonly place: string;
}

let fixture: RecordsFixture;
let before: OldVersion[];

beforeEach(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'careledger-gateway-'));
  cpSync(join(FIXTURES, 'first-release-keys.json'), join(folder, 'keys.json'));
  const old = new DatabaseSync(join(folder, 'gateway.db'));
  old.exec(readFileSync(join(FIXTURES, 'first-release.sql'), 'utf8'));
  before = old.prepare('SELECT * FROM record_versions ORDER BY version_no').all() as unknown as OldVersion[];
  old.close();
  fixture = await RecordsFixture.open(folder);
});
afterEach(() => fixture[Symbol.asyncDispose]());

const oldVersions = (): OwnVersion[] => before.map(({ version_no }) => fixture.version(version_no));
const sourceOf = ({ kind, source }: Pick<OwnVersion, 'kind' | 'source'>) => `${kind} ${source}`;

describe('a store of the first release', () => {
  test('has every record still there for its patient to read, checked like any other', async () => {
    expect(before.map(({ stage }) => stage).sort()).toEqual([
      'announced',
      'announced',
      'made',
      'made',
      'refused',
      'stored',
    ]);
    for (const version of oldVersions()) {
      const patient = fixture.core.patients.byNo(version.patientNo);
      const content = await fixture.open(patient, version);
      expect(content).toMatchObject({ resourceType: 'Bundle', type: 'collection' });
      expect(JSON.stringify(content)).toContain(patient.patientId);
    }
    const listed = fixture.versions.list(1, { limit: 10 }).map(({ recordId }) => recordId);
    expect(listed).toEqual(
      before
        .filter(({ patient_no }) => patient_no === 1)
        .map(({ record_id }) => record_id)
        .reverse(),
    );
  });

  test('shows no copy that was altered since', async () => {
    const [first] = oldVersions();
    const other = oldVersions()[1];
    if (first === undefined || other === undefined) throw new Error('the fixture is empty');
    const patient = fixture.core.patients.byNo(first.patientNo);
    const swap = (column: string, value: string | Uint8Array, table = 'record_versions') =>
      fixture.core.store.deferred(() =>
        fixture.core.store.database
          .prepare(`UPDATE ${table} SET ${column} = ? WHERE version_no = ?`)
          .run(value, first.versionNo),
      );
    const damaged = expect.objectContaining({ code: 'RECORD_DAMAGED' });
    for (const [column, honest, forged] of [
      ['manifest', first.manifest, other.manifest],
      ['wrap_set', first.wrapSet, other.wrapSet],
    ] as const) {
      swap(column, forged);
      await expect(fixture.open(patient, first)).rejects.toEqual(damaged);
      swap(column, honest);
    }
    swap('ciphertext', fixture.versions.ciphertext(other.versionNo), 'record_contents');
    await expect(fixture.open(patient, first)).rejects.toEqual(damaged);
  });

  test('sends nothing more of what nobody takes: what was on its way says so', () => {
    expect(fixture.versions.open()).toEqual([]);
    expect(fixture.notices.open()).toEqual([]);
    for (const { stage, version_no } of before)
      if (stage === 'made' || stage === 'stored')
        expect(fixture.version(version_no)).toMatchObject({ stage: 'refused', refusal: 'FORMAT_OUTDATED' });
      else expect(fixture.version(version_no).stage).toBe(stage);
  });

  test('has every record made again under its new id, for those who were granted it', async () => {
    const made = (await fixture.make()).map(({ version }) => version);
    const owed = before.filter(({ stage }) => stage !== 'refused');
    expect(made.map(sourceOf).sort()).toEqual(owed.map((row) => `${row.kind} ${row.place}`).sort());
    const oldIds = new Set(before.map(({ record_id }) => record_id));
    for (const version of made) {
      expect(oldIds).not.toContain(version.recordId);
      expect(version).toMatchObject({ version: 1, stage: 'made', format: 2 });
      expect(version.wraps.map((jwe) => readWrap(jwe).kid)).toContain(fixture.hospital.encryption.kid);
      await expect(
        fixture.open(fixture.core.patients.byNo(version.patientNo), version),
      ).resolves.toBeDefined();
    }
    expect(fixture.processing.dueCount()).toBe(0);
  });

  test('tells of the emergency that nobody was told of, and of no other', async () => {
    fixture.testCore.nowMs += HOUR_MS;
    const made = await fixture.make();
    const told = made.filter(({ noticeNos }) => noticeNos.length > 0);
    expect(told.map(({ version }) => version.patientNo)).toEqual([2]);
    const [notice] = fixture.notices.open();
    const body = readStatement(notice?.statement ?? '').payload.body as StatementBody<'emergencyNotice'>;
    expect(body).toMatchObject({ authorityId: 'aut_hospital', recordId: told[0]?.version.recordId });
  });

  test('tells of it a day later too: nobody was told before', async () => {
    fixture.testCore.nowMs += 25 * HOUR_MS;
    const givenUpBefore = fixture.notices.givenUpCount();
    await fixture.make();
    fixture.sender.start();
    await fixture.until(() => fixture.notices.open().length === 0);
    expect(fixture.hospital.received).toHaveLength(1);
    expect(fixture.notices.givenUpCount()).toBe(givenUpBefore);
  });

  test('keeps its grants, subscriptions and statements on their way', () => {
    for (const patientNo of [1, 2]) {
      expect(fixture.grants.active(patientNo)).toEqual([
        expect.objectContaining({ authorityId: 'aut_hospital', policySeq: 1 }),
      ]);
      expect(fixture.subscriptions.list(patientNo)).toEqual([
        expect.objectContaining({ status: 'approved' }),
      ]);
    }
    const steps = new StepStore(fixture.core.store.database);
    expect(steps.eligible().map(({ kind, channel }) => [kind, channel])).toEqual([['revoke', 'cloud']]);
  });
});
