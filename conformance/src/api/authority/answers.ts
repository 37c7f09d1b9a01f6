import { describe, expect, test } from '@jest/globals';
import { call } from '../../fixtures/services/api-client.js';
import { announced, granted } from '../../fixtures/services/granted.js';
import type { LayersFixture } from '../../fixtures/services/layers-fixture.js';

/** What an authority's auditor is told of who could read, and of why this authority was denied. */
export function describeAnswers(fixture: () => LayersFixture): void {
  describe('answers', () => {
    test('tell of this authority’s grants and attempts alone, with what a grant lacked', async () => {
      const home = await fixture().home();
      const grantId = await granted(fixture(), home, { purposes: ['HPAYMT'] });
      await home.grant('aut_lab');
      const { recordId } = await announced(fixture(), home, ['aut_hospital', 'aut_lab']);
      const of = `patientId=${home.patientId}`;
      for (const name of ['hospital', 'lab'])
        await call(fixture().authority(name), 'practitioner', `GET /v1/records/${recordId}?${of}`);

      const patient = `GET /v1/patients/${home.patientId}`;
      const hospital = fixture().authority();
      const readers = await call(hospital, 'auditor', `${patient}/records/${recordId}/readers`);
      expect(readers.body['readers']).toEqual([
        expect.objectContaining({
          grant: expect.objectContaining({ grantId }),
          reads: [
            expect.objectContaining({
              purpose: 'HPAYMT',
              decision: expect.objectContaining({ decision: 'permit', grantId }),
            }),
          ],
        }),
      ]);
      const why = await call(hospital, 'auditor', `${patient}/decisions?decision=deny`);
      expect(why.body['decisions']).toEqual([
        {
          access: expect.objectContaining({ requester: 'aut_hospital', reason: 'PURPOSE_NOT_GRANTED' }),
          rule: null,
          considered: [{ grant: expect.objectContaining({ grantId }), missing: ['PURPOSE_NOT_GRANTED'] }],
        },
      ]);
    });

    test('are not for another authority’s auditor, nor for who treats', async () => {
      const home = await fixture().home();
      const { recordId } = await announced(fixture(), home);
      const foreign = { role: 'auditor', token: fixture().authority('lab').tokens.auditor } as const;
      for (const path of ['decisions', 'wrap-holders', `records/${recordId}/readers`]) {
        const request = `GET /v1/patients/${home.patientId}/${path}`;
        expect((await call(fixture().authority(), foreign, request)).status).toBe(401);
        expect((await call(fixture().authority(), 'practitioner', request)).status).toBe(403);
      }
    });
  });
}
