import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { records } from '@careledger/contracts';
import { checkResource } from '@careledger/fhir';
import { describe, expect, test } from '@jest/globals';
import { call } from '../../fixtures/services/api-client.js';
import { periodicRecord } from '../../fixtures/services/bundles.js';
import type { LayersFixture } from '../../fixtures/services/layers-fixture.js';
import { announced, granted } from '../../fixtures/services/granted.js';

/** What an authority's clients see of records. */
export function describeRecords(fixture: () => LayersFixture): void {
  describe('records', () => {
    test('a granted record is opened as FHIR and signed for; the audit shows it on both sides', async () => {
      const home = await fixture().home();
      const hospital = fixture().authority();
      await granted(fixture(), home);
      const bundle = periodicRecord(home.patientId, 123);
      const stored = await home.store(fixture().provider('cloud-b'), { bundle, readers: ['aut_hospital'] });
      await stored.announce();
      const listed = await call(hospital, 'practitioner', `GET /v1/records?patientId=${home.patientId}`);
      expect(listed.body['records']).toEqual([
        expect.objectContaining({ recordId: stored.recordId, version: 1 }),
      ]);

      const path = `/v1/records/${stored.recordId}?patientId=${home.patientId}`;
      const opened = await call(hospital, 'practitioner', `GET ${path}`);
      expect(opened.status).toBe(200);
      expect(opened.headers.get('content-type')).toBe('application/fhir+json');
      expect(opened.body).toEqual(JSON.parse(JSON.stringify(bundle)));

      const audit = await call(hospital, 'auditor', `GET /v1/audit?patientId=${home.patientId}`);
      expect(audit.body['accesses']).toEqual([
        {
          ledger: expect.objectContaining({ decision: 'permit', recordId: stored.recordId }),
          own: expect.objectContaining({ outcome: 'opened', decision: 'permit' }),
        },
      ]);
    });

    test('without a grant the denial is written down and told with its transaction', async () => {
      const home = await fixture().home();
      const stored = await announced(fixture(), home, ['aut_hospital']);
      const path = `/v1/records/${stored.recordId}?patientId=${home.patientId}`;
      const denied = await call(fixture().authority(), 'practitioner', `GET ${path}`);
      expect(denied.status).toBe(403);
      expect(denied.body).toMatchObject({
        code: 'ACCESS_DENIED',
        reason: 'NO_GRANT',
        txId: expect.stringMatching(/^[0-9a-f]{64}$/),
      });
      const { rows } = await home.ledger
        .channel('cloud')
        .evaluate(records, 'ListAccesses', { patientId: home.patientId });
      expect(rows).toEqual([expect.objectContaining({ decision: 'deny', txId: denied.body['txId'] })]);
      const own = await call(fixture().authority(), 'auditor', 'GET /v1/audit?limit=1');
      expect(own.body['accesses']).toEqual([
        { ledger: null, own: expect.objectContaining({ outcome: 'denied', reason: 'NO_GRANT' }) },
      ]);
      const listed = await call(
        fixture().authority(),
        'practitioner',
        `GET /v1/records?patientId=${home.patientId}`,
      );
      expect(listed.body['records']).toEqual([]);
    });

    test('a revoked grant denies the next request', async () => {
      const home = await fixture().home();
      const grantId = await granted(fixture(), home);
      const stored = await announced(fixture(), home, ['aut_hospital']);
      const path = `/v1/records/${stored.recordId}?patientId=${home.patientId}`;
      expect((await call(fixture().authority(), 'practitioner', `GET ${path}`)).status).toBe(200);
      await home.revoke(grantId);
      expect((await call(fixture().authority(), 'practitioner', `GET ${path}`)).body).toMatchObject({
        code: 'ACCESS_DENIED',
      });
    });

    test('a grant to one unit opens for that unit’s token only', async () => {
      const home = await fixture().home();
      await granted(fixture(), home, {}, { units: ['cardiology'] });
      const stored = await announced(fixture(), home, ['aut_hospital']);
      const path = `/v1/records/${stored.recordId}?patientId=${home.patientId}`;
      const as = (unit: string, more = '') =>
        call(
          fixture().authority(),
          { role: 'practitioner', token: fixture().unitTokens.get(unit) ?? '' },
          `GET ${path}${more}`,
        );
      expect((await as('cardiology')).status).toBe(200);
      expect((await as('billing')).body).toMatchObject({ code: 'ACCESS_DENIED', reason: 'GRANTEE_MISMATCH' });
      expect((await as('billing', '&unit=cardiology')).body).toMatchObject({ code: 'UNIT_MISMATCH' });
    });

    test('a record altered in the cloud is not shown, and counted', async () => {
      const home = await fixture().home();
      await granted(fixture(), home);
      const stored = await announced(fixture(), home, ['aut_hospital']);
      await breakWrapSet(fixture(), stored.recordId);
      const path = `/v1/records/${stored.recordId}?patientId=${home.patientId}`;
      const answer = await call(fixture().authority(), 'practitioner', `GET ${path}`);
      expect([answer.status, answer.body['code'], answer.body['reason']]).toEqual([
        502,
        'RECORD_ALTERED',
        'WRAP_SIGNATURE_INVALID',
      ]);
      expect(JSON.stringify(answer.body)).not.toContain('Observation');
      const metrics = await fetch(`${fixture().authority().url}/metrics`, {
        headers: { authorization: `Bearer ${fixture().authority().tokens.ops}` },
      });
      expect(await metrics.text()).toMatch(/accesses_total\{outcome="RECORD_ALTERED",[^}]*\} 1/);
    });

    test('a record that is not wrapped to the authority yet says so', async () => {
      const home = await fixture().home();
      await granted(fixture(), home);
      const stored = await announced(fixture(), home);
      const path = `/v1/records/${stored.recordId}?patientId=${home.patientId}`;
      const answer = await call(fixture().authority(), 'practitioner', `GET ${path}`);
      expect([answer.status, answer.body['code']]).toEqual([409, 'RECORD_NOT_WRAPPED']);
    });

    test('an unknown record is a 404, to a FHIR client an OperationOutcome of R4', async () => {
      const home = await fixture().home();
      const path = `/v1/records/rec_${'a'.repeat(32)}?patientId=${home.patientId}`;
      const answer = await call(fixture().authority(), 'practitioner', `GET ${path}`);
      expect([answer.status, answer.body['code']]).toEqual([404, 'RECORD_UNKNOWN']);
      const headers = { accept: 'application/fhir+json' };
      const { body } = await call(fixture().authority(), { role: 'practitioner', headers }, `GET ${path}`);
      expect(checkResource(body)).toMatchObject({
        resourceType: 'OperationOutcome',
        issue: [{ code: 'not-found', details: { coding: [{ code: 'RECORD_UNKNOWN' }] } }],
      });
    });
  });
}

/** Has provider A serve a wrap set whose signature is broken, as if somebody had got at its database. */
async function breakWrapSet(fixture: LayersFixture, recordId: string): Promise<void> {
  const provider = fixture.processes.child('cloud-a');
  await provider.stop();
  const database = new DatabaseSync(join(fixture.dir, 'cloud-a', 'provider.db'));
  const row = database.prepare('SELECT wrap_set FROM versions WHERE record_id = ?').get(recordId) as {
    wrap_set: string;
  };
  const [header, payload, signature = ''] = row.wrap_set.split('.');
  const broken = `${signature[0] === 'A' ? 'B' : 'A'}${signature.slice(1)}`;
  database
    .prepare('UPDATE versions SET wrap_set = ? WHERE record_id = ?')
    .run(`${header}.${payload}.${broken}`, recordId);
  database.close();
  await provider.start();
}
