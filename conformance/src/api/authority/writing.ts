import { records } from '@careledger/contracts';
import { describe, expect, test } from '@jest/globals';
import { call } from '../../rig/api-client.js';
import { labBundle, noteBundle } from '../../rig/bundles.js';
import type { LayersRig } from '../../rig/layers-rig.js';
import type { TestHome } from '../../rig/test-home.js';
import { granted, textOf } from './granted.js';

/** What an authority's clients see of writing. */
export function describeWriting(rig: () => LayersRig): void {
  describe('writing', () => {
    const write = (home: TestHome, bundle: object, headers: Record<string, string> = {}, more: object = {}) =>
      call(
        rig().authority(),
        'practitioner',
        'POST',
        '/v1/records',
        { patientId: home.patientId, bundle, ...more },
        { headers },
      );

    test('a clinical record is stored, announced, readable by its author and its patient, and written once', async () => {
      const home = await rig().home();
      await granted(rig(), home, { permissions: ['read', 'write', 'modify'] });
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
      expect((await call(rig().authority(), 'practitioner', 'GET', path)).body).toMatchObject({
        resourceType: 'Bundle',
      });

      const revised = await call(rig().authority(), 'practitioner', 'PUT', `/v1/records/${recordId}`, {
        patientId: home.patientId,
        bundle: noteBundle(home.patientId, 'Feels much better'),
      });
      expect([revised.status, revised.body['version'], revised.body['stage']]).toEqual([201, 2, 'announced']);
      const newest = await call(rig().authority(), 'practitioner', 'GET', path);
      expect(newest.headers.get('etag')).toBe('W/"2"');
      const first = await call(rig().authority(), 'practitioner', 'GET', `${path}&version=1`);
      expect(first.body).toEqual(JSON.parse(JSON.stringify(bundle)));
    });

    test('without the right to write nothing is stored', async () => {
      const home = await rig().home();
      await granted(rig(), home);
      const refused = await write(home, noteBundle(home.patientId, 'x'));
      expect([refused.status, refused.body['code']]).toEqual([403, 'WRITE_NOT_GRANTED']);
    });

    test('a scoped grant gives its tags, and nothing beyond its scope', async () => {
      const home = await rig().home();
      const scope = [{ category: 'laboratory', resourceType: 'Observation' }];
      await granted(rig(), home, { permissions: ['read', 'write'] }, { scope });
      const written = await write(home, labBundle(home.patientId, 6.5));
      expect(written.status).toBe(201);
      const grants = await call(rig().authority(), 'ops', 'GET', `/v1/patients/${home.patientId}/grants`);
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
      const home = await rig().home();
      const refused = await write(home, { resourceType: 'Bundle', type: 'nonsense' });
      expect([refused.status, refused.body['code']]).toEqual([422, 'FHIR_INVALID']);
    });
  });
}
