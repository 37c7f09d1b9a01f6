import { describe, expect, test } from '@jest/globals';
import { call } from '../../fixtures/services/api-client.js';
import { PASSPHRASE, type GatewayFixture } from '../../fixtures/services/gateway-fixture.js';

/** What a patient may do right after enrolling. */
export function describeEnrolment(fixture: () => GatewayFixture): void {
  describe('right after enrolment', () => {
    test('a grant, a request for a subscription and a visit with a check-in code wait for the ledger', async () => {
      const patient = await fixture().patient();
      const { patientId } = patient;
      const hospital = fixture().layers.authority();
      const terms = { permissions: ['read'], purposes: ['TREAT'] };
      const [granted, asked, visited] = await Promise.all([
        fixture().own(patient, 'POST', '/grants', {
          grant: { authorityId: 'aut_hospital', ...terms },
          passphrase: PASSPHRASE,
        }),
        call(hospital, 'practitioner', 'POST /v1/subscriptions', { patientId, ...terms }),
        fixture()
          .own(patient, 'POST', '/check-in', { authorityId: 'aut_hospital', passphrase: PASSPHRASE })
          .then(({ statement }) =>
            call(hospital, 'practitioner', 'POST /v1/visits', {
              ...{ patientId, at: new Date().toISOString(), data: { reason: 'first visit' } },
              checkIn: statement,
            }),
          ),
      ]);
      expect(granted).toMatchObject({ status: 'done' });
      expect([asked.status, asked.body]).toEqual([
        201,
        expect.objectContaining({ subscriptionId: expect.any(String) }),
      ]);
      expect([visited.status, visited.body]).toEqual([201, expect.objectContaining({ confirmed: true })]);
    });
  });
}
