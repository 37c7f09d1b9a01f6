import { accessControl, records } from '@careledger/contracts';
import { describe, expect, test } from '@jest/globals';
import { call } from '../../fixtures/services/api-client.js';
import type { LayersFixture } from '../../fixtures/services/layers-fixture.js';
import { announced, granted, textOf } from '../../fixtures/services/granted.js';

/** What an authority's clients see of practitioners. */
export function describePractitioners(fixture: () => LayersFixture): void {
  describe('practitioners', () => {
    test('a practitioner gets a pseudonym on both channels, may be vouched for, and can be withdrawn', async () => {
      const home = await fixture().home();
      await granted(fixture(), home);
      const stored = await announced(fixture(), home, ['aut_hospital']);
      const made = await call(fixture().authority(), 'ops', 'POST /v1/practitioners', {
        role: 'physician',
        unit: 'cardiology',
        identity: { identifier: 'staff-17', name: 'Dr. Example' },
      });
      expect([made.status, made.body['stage']]).toEqual([201, 'active']);
      const practitionerId = textOf(made.body['practitionerId']);
      for (const channel of ['authorities', 'cloud'] as const) {
        const known = await home.ledger
          .channel(channel)
          .evaluate(accessControl, 'GetPractitioner', { authorityId: 'aut_hospital', practitionerId });
        expect(known).toMatchObject({ role: 'physician', active: true });
        expect(JSON.stringify(known)).not.toContain('Example');
      }
      const path = `/v1/records/${stored.recordId}?patientId=${home.patientId}&practitionerId=${practitionerId}`;
      expect((await call(fixture().authority(), 'practitioner', `GET ${path}`)).status).toBe(200);
      const { rows } = await home.ledger
        .channel('cloud')
        .evaluate(records, 'ListAccesses', { patientId: home.patientId });
      expect(rows).toEqual([expect.objectContaining({ practitionerId })]);
      const one = `/v1/practitioners/${practitionerId}`;
      const read = await call(fixture().authority(), 'auditor', `GET ${one}`);
      expect([read.status, read.body]).toEqual([200, made.body]);
      const withdrawIf = (tag: string) =>
        call(fixture().authority(), { role: 'ops', headers: { 'if-match': tag } }, `DELETE ${one}`);
      expect((await withdrawIf('"another"')).body).toMatchObject({ status: 412, code: 'RESOURCE_CHANGED' });
      const withdrawn = await withdrawIf(textOf(read.headers.get('etag')));
      expect(withdrawn.body).toMatchObject({ stage: 'withdrawn' });
      expect((await call(fixture().authority(), 'practitioner', `GET ${path}`)).body).toMatchObject({
        code: 'PRACTITIONER_UNKNOWN',
      });
    });
  });
}
