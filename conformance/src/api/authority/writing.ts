import { records } from '@careledger/contracts';
import { checkResource } from '@careledger/fhir';
import { describe, expect, test } from '@jest/globals';
import { call } from '../../fixtures/services/api-client.js';
import { labBundle, noteBundle } from '../../fixtures/services/bundles.js';
import type { LayersFixture } from '../../fixtures/services/layers-fixture.js';
import type { TestHome } from '../../fixtures/services/test-home.js';
import { announced, granted, textOf } from '../../fixtures/services/granted.js';

/** What an authority's clients see of writing. */
export function describeWriting(fixture: () => LayersFixture): void {
  describe('writing', () => {
    const write = (home: TestHome, bundle: object, headers: Record<string, string> = {}, more: object = {}) =>
      call(fixture().authority(), { role: 'practitioner', headers }, 'POST /v1/records', {
        patientId: home.patientId,
        bundle,
        ...more,
      });

    test('a clinical record is stored, announced, readable by its author and its patient, and written once', async () => {
      const home = await fixture().home();
      await granted(fixture(), home, { permissions: ['read', 'write', 'modify'] });
      const bundle = noteBundle(home.patientId, 'Feels better');
      const written = await write(home, bundle);
      expect(written.status).toBe(201);
      expect(written.body).toMatchObject({ stage: 'announced', version: 1, receipt: expect.any(String) });
      expect((await write(home, bundle)).body).toEqual(written.body);
      const recordId = textOf(written.body['recordId']);
      const { rows } = await home.ledger
        .channel('authorities')
        .evaluate(records, 'ListAnnouncements', { patientId: home.patientId });
      expect(rows).toEqual([expect.objectContaining({ recordId, author: 'aut_hospital', kind: 'clinical' })]);

      const path = `/v1/records/${recordId}?patientId=${home.patientId}`;
      expect((await call(fixture().authority(), 'practitioner', `GET ${path}`)).body).toMatchObject({
        resourceType: 'Bundle',
      });

      const revised = await call(fixture().authority(), 'practitioner', `PUT /v1/records/${recordId}`, {
        patientId: home.patientId,
        bundle: noteBundle(home.patientId, 'Feels much better'),
      });
      expect([revised.status, revised.body['version'], revised.body['stage']]).toEqual([201, 2, 'announced']);
      const newest = await call(fixture().authority(), 'practitioner', `GET ${path}`);
      expect(newest.headers.get('etag')).toBe('"2"');
      const seen = (tag: string) => ({ role: 'practitioner' as const, headers: { 'if-match': tag } });
      const stale = await call(fixture().authority(), seen('"1"'), `PUT /v1/records/${recordId}`, {
        patientId: home.patientId,
        bundle,
      });
      expect([stale.status, stale.body['code'], stale.body['version']]).toEqual([412, 'VERSION_CHANGED', 2]);
      const first = await call(fixture().authority(), 'practitioner', `GET ${path}&version=1`);
      expect(first.body).toEqual(JSON.parse(JSON.stringify(bundle)));
    });

    test('without the right to write nothing is stored', async () => {
      const home = await fixture().home();
      await granted(fixture(), home);
      const refused = await write(home, noteBundle(home.patientId, 'x'));
      expect([refused.status, refused.body['code']]).toEqual([403, 'WRITE_NOT_GRANTED']);
    });

    test('a scoped grant gives its tags, and nothing beyond its scope', async () => {
      const home = await fixture().home();
      const scope = [{ category: 'laboratory', resourceType: 'Observation' }];
      await granted(fixture(), home, { permissions: ['read', 'write'] }, { scope });
      const written = await write(home, labBundle(home.patientId, 6.5));
      expect(written.status).toBe(201);
      const grants = await call(fixture().authority(), 'ops', `GET /v1/patients/${home.patientId}/grants`);
      const [grant] = grants.body['grants'] as { scopeTags: string[]; meaning: { scope: object[] } }[];
      expect(grant?.meaning.scope).toEqual([{ ...scope[0], tag: grant?.scopeTags[0] }]);
      const { rows } = await home.ledger
        .channel('authorities')
        .evaluate(records, 'ListAnnouncements', { patientId: home.patientId });
      expect(rows[0]?.tagGroups).toEqual([grant?.scopeTags]);
      const beyond = await write(home, noteBundle(home.patientId, 'x'));
      expect(beyond.body).toMatchObject({ code: 'WRITE_NOT_GRANTED', reason: 'SCOPE_NOT_GRANTED' });
    });

    test('what is no FHIR Bundle is refused', async () => {
      const home = await fixture().home();
      const refused = await write(home, { resourceType: 'Bundle', type: 'nonsense' });
      expect([refused.status, refused.body['code']]).toEqual([422, 'FHIR_INVALID']);
    });

    test('what is no FHIR R4 is refused with each fault and where it is, to a FHIR client as R4 says it', async () => {
      const home = await fixture().home();
      const { entry, ...more } = labBundle(home.patientId, 6.5);
      const faulty = entry.map(({ fullUrl, resource }) => ({
        fullUrl,
        resource: { ...resource, status: 'done', effectiveDateTime: '2026-02-30' },
      }));
      const bundle = { ...more, entry: faulty };
      const refused = await write(home, bundle);
      expect(refused.body).toMatchObject({ status: 422, code: 'FHIR_INVALID', reason: 'INVALID_FHIR' });
      const where = ['status', 'effectiveDateTime'].map((name) => `Bundle.entry[0].resource.${name}`);
      expect(refused.body['issues']).toEqual(
        expect.arrayContaining(where.map((expression) => expect.objectContaining({ expression }))),
      );
      const accept = 'application/fhir+json, application/json;q=0.5';
      const { body } = await write(home, bundle, { accept });
      expect(checkResource(body)).toMatchObject({ resourceType: 'OperationOutcome' });
      expect(body['issue']).toEqual(
        expect.arrayContaining(
          where.map((expression) => expect.objectContaining({ expression: [expression] })),
        ),
      );
    });

    test('a bundle about another patient, or in another authority’s name, is refused', async () => {
      const home = await fixture().home();
      await granted(fixture(), home, { permissions: ['read', 'write'] });
      const other = (await fixture().home()).patientId;
      expect((await write(home, labBundle(other, 6.5))).body).toMatchObject({
        ...{ status: 422, code: 'FHIR_INVALID', reason: 'SUBJECT_MISMATCH' },
      });
      expect((await write(home, labBundle(home.patientId, 6.5, 'd', 'aut_lab'))).body).toMatchObject({
        ...{ status: 422, code: 'FHIR_INVALID', reason: 'AUTHOR_MISMATCH' },
      });
    });

    test('a bundle in which somebody sees 5.4 and somebody else 54 is refused', async () => {
      const home = await fixture().home();
      await granted(fixture(), home, { permissions: ['read', 'write'] });
      const { url, tokens } = fixture().authority();
      const text = JSON.stringify({ patientId: home.patientId, bundle: labBundle(home.patientId, 5.4) });
      const answer = await fetch(`${url}/v1/records`, {
        method: 'POST',
        headers: { authorization: `Bearer ${tokens.practitioner}`, 'content-type': 'application/json' },
        body: text.replace('"value":5.4', '"value":5.4,"value":54'),
      });
      expect(answer.status).toBe(400);
    });

    test('the caller cannot name scopes that say less than the bundle holds', async () => {
      const home = await fixture().home();
      const scope = ['laboratory', 'vital-signs'].map((category) => ({
        category,
        resourceType: 'Observation',
      }));
      await granted(fixture(), home, { permissions: ['read', 'write'] }, { scope });
      const named = (category: string) =>
        write(
          home,
          labBundle(home.patientId, 6.5),
          {},
          { scope: [{ category, resourceType: 'Observation' }] },
        );
      expect((await named('vital-signs')).body).toMatchObject({
        ...{ code: 'WRITE_NOT_GRANTED', reason: 'SCOPE_NOT_GRANTED' },
      });
      expect((await named('laboratory')).status).toBe(201);
    });

    test('the patient’s own record is not revised by an authority', async () => {
      const home = await fixture().home();
      await granted(fixture(), home, { permissions: ['read', 'write', 'modify'] });
      const stored = await announced(fixture(), home);
      const revised = await call(
        fixture().authority(),
        'practitioner',
        `PUT /v1/records/${stored.recordId}`,
        {
          patientId: home.patientId,
          bundle: labBundle(home.patientId, 6.5),
        },
      );
      expect([revised.status, revised.body['code']]).toEqual([403, 'AUTHOR_MISMATCH']);
    });

    test('one caller’s idempotency key shows another caller nothing, and stands for one request alone', async () => {
      const home = await fixture().home();
      await granted(fixture(), home, { permissions: ['read', 'write'] });
      const headers = { 'idempotency-key': `shared-${home.patientId}` };
      const bundle = noteBundle(home.patientId, 'mine');
      const mine = await write(home, bundle, headers);
      expect((await write(home, bundle, headers)).body).toEqual(mine.body);
      const as = (token: string, text: string) =>
        call(fixture().authority(), { role: 'practitioner', headers, token }, 'POST /v1/records', {
          patientId: home.patientId,
          bundle: noteBundle(home.patientId, text),
        });
      const theirs = await as(fixture().unitTokens.get('cardiology') ?? '', 'theirs');
      expect([theirs.status, theirs.body['recordId'] === mine.body['recordId']]).toEqual([201, false]);
      const other = await write(home, noteBundle(home.patientId, 'other'), headers);
      expect([other.status, other.body['code']]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
    });

    test('whoever has a grant that covers it can open what this authority wrote, from the first', async () => {
      const home = await fixture().home();
      await home.grant('aut_lab');
      await granted(fixture(), home, { permissions: ['read', 'write'] });
      const written = await write(home, noteBundle(home.patientId, 'for the lab, too'));
      expect(written.status).toBe(201);
      const path = `/v1/records/${textOf(written.body['recordId'])}?patientId=${home.patientId}`;
      const opened = await call(fixture().authority('lab'), 'practitioner', `GET ${path}`);
      expect(opened.body).toMatchObject({ resourceType: 'Bundle' });
    });
  });
}
