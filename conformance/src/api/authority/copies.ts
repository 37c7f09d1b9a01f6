import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { accessControl, type GrantState } from '@careledger/contracts';
import { copyEndOwedSince } from '@careledger/policy';
import { describe, expect, test } from '@jest/globals';
import { until } from '../../fixtures/services/until.js';
import { call, type ApiAnswer } from '../../fixtures/services/api-client.js';
import { periodicRecord } from '../../fixtures/services/bundles.js';
import { copyGranted } from '../../fixtures/services/granted.js';
import type { LayersFixture } from '../../fixtures/services/layers-fixture.js';
import type { TestHome } from '../../fixtures/services/test-home.js';

/** Average glucose of a period, as a gateway writes it. */
const LOINC_GLUCOSE = 'http://loinc.org|97507-8';
/** Values that nothing else in this deployment has. */
const VALUES = [131.25, 132.75];
const FIRST_READING = `SELECT min(id) FROM accesses WHERE basis = 'copy'`;
const TABLES = ['copy_keys', 'copied_records', 'copied_resources', 'copied_terms'];

/** What an authority's clients see of copies that patients let it keep. */
export function describeCopies(fixture: () => LayersFixture): void {
  const search = ({ patientId }: TestHome, query = '', unit = 'cardiology') =>
    call(
      fixture().authority(),
      { role: 'practitioner', token: fixture().unitTokens.get(unit) ?? '' },
      `GET /v1/patients/${patientId}/copies?resourceType=Observation&total=accurate${query}`,
    );
  const progress = ({ patientId }: TestHome) =>
    call(fixture().authority(), 'auditor', `GET /v1/patients/${patientId}/copies/progress`);
  /** As the ledger has it. */
  const grantOf = async (
    { ledger, patientId }: TestHome,
    grantId: string,
  ): Promise<GrantState | undefined> => {
    const { rows } = await ledger
      .channel('authorities')
      .evaluate(accessControl, 'ListGrants', { patientId, authorityId: 'aut_hospital' });
    return rows.find((grant) => grant.grantId === grantId);
  };
  const filesOf = (dir: string) =>
    Buffer.concat(
      readdirSync(dir)
        .filter((name) => name.startsWith('authority.db'))
        .map((name) => readFileSync(join(dir, name))),
    );

  /** What of copies is in the store: looked at while the service is stopped, until it has destroyed them. */
  const leftIn = (dir: string): Promise<number[]> => {
    const service = fixture().processes.child('hospital');
    const look = async (): Promise<number[]> => {
      await service.stop();
      const database = new DatabaseSync(join(dir, 'authority.db'));
      const left = TABLES.map(
        (table) => database.prepare(`SELECT count(*) AS rows FROM ${table}`).get() as { rows: number },
      );
      database.close();
      await service.start();
      return left.map(({ rows }) => rows);
    };
    return until(look, (left) => left.every((rows) => rows === 0));
  };

  /** Changes what is in the store, while the service is stopped. */
  const changed = async (dir: string, sql: string): Promise<void> => {
    const service = fixture().processes.child('hospital');
    await service.stop();
    const database = new DatabaseSync(join(dir, 'authority.db'));
    database.exec(sql);
    database.close();
    await service.start();
  };

  describe('copies', () => {
    test('what was and is announced comes in by itself, is found by code and time, goes with the grant, and who read it is anchored', async () => {
      const home = await fixture().home();
      const [before, after] = VALUES.map((value) => async () => {
        const bundle = periodicRecord(home.patientId, value);
        const stored = await home.store(fixture().provider(), { bundle, readers: ['aut_hospital'] });
        await stored.announce();
      });
      await before?.();
      const { grantId, asked, words } = await copyGranted(fixture(), home, 'cardiology');
      expect(JSON.stringify(asked)).not.toContain('cardiology');
      expect(words?.unit).toBe('cardiology');

      await after?.();
      const kept = await until(
        () => search(home),
        ({ body }) => distinctRecords(body).length === 2,
      );
      const whole = await until(
        () => progress(home),
        ({ body }) => body['isComplete'] === true,
      );
      expect(whole.body).toMatchObject({ kept: 2, waiting: 0 });
      const { total } = kept.body;
      expect(total).toBe((kept.body['resources'] as unknown[]).length);
      const byCode = await search(home, `&code=${encodeURIComponent(`718-7,${LOINC_GLUCOSE}`)}`);
      expect(distinctRecords(byCode.body)).toHaveLength(2);
      expect(byCode.body['total']).toBe(2);
      expect((await search(home, '&code=718-7')).body['total']).toBe(0);
      expect((await search(home, '&from=2026-05-05T12:00:00Z')).body['total']).toBe(0);
      expect((await search(home, '&to=2026-05-05T12:00:00Z')).body['total']).toBe(total);
      expect((await search(home, '', 'billing')).body).toMatchObject({
        code: 'READ_REFUSED',
        reason: 'GRANTEE_MISMATCH',
      });
      const dir = join(fixture().dir, 'hospital');
      for (const plain of ['131.25', '132.75', '97507-8']) expect(filesOf(dir).includes(plain)).toBe(false);

      await home.revoke(grantId);
      const gone = await until(
        () => search(home),
        ({ status }) => status !== 200,
      );
      expect([gone.status, gone.body['code'], gone.body['reason']]).toEqual([
        403,
        'READ_REFUSED',
        'NO_GRANT',
      ]);
      expect(await leftIn(dir)).toEqual([0, 0, 0, 0]);
      const attested = await until(
        () => grantOf(home, grantId),
        (grant) => grant?.copyEnd !== undefined,
      );
      expect(attested?.copyEnd?.left).toBe('nothing');
      expect(copyEndOwedSince(attested ?? {}, Date.now())).toBeUndefined();

      const yesterday = new Date(Date.now() - 24 * 3_600_000).toISOString().slice(0, 10);
      const dayIs = (verdict: string) =>
        until(
          async () => (await call(fixture().authority(), 'auditor', 'GET /v1/audit/days')).body['days'],
          (days) => (days as Record<string, unknown>[]).some((each) => each['verdict'] === verdict),
        );
      // As if all of it had been read the day before.
      await changed(
        dir,
        `UPDATE accesses SET asked_at = '${yesterday}' || substr(asked_at, 11) WHERE basis = 'copy'`,
      );
      expect(await dayIs('matches')).toMatchObject([
        { day: yesterday, anchor: { authorityId: 'aut_hospital' } },
      ]);
      await changed(dir, `UPDATE accesses SET unit = 'billing' WHERE id = (${FIRST_READING})`);
      expect(await dayIs('differs')).toMatchObject([{ day: yesterday }]);
      for (const plain of ['131.25', '132.75', '97507-8']) expect(filesOf(dir).includes(plain)).toBe(false);
    }, 90_000);
  });
}

const distinctRecords = ({ resources = [] }: ApiAnswer['body']): string[] => [
  ...new Set((resources as { readonly recordId: string }[]).map(({ recordId }) => recordId)),
];
