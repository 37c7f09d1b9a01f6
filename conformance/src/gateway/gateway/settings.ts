import { describe, expect, test } from '@jest/globals';
import { call } from '../../fixtures/services/api-client.js';
import {
  PASSPHRASE,
  glucose,
  type GatewayFixture,
  type GatewayPatient,
} from '../../fixtures/services/gateway-fixture.js';
import { MINUTE_MS, listed } from './subscribed-patient.js';

/** How a patient’s readings are judged, and who may say so. */
export function describeSettings(fixture: () => GatewayFixture): void {
  describe('settings', () => {
    const state = (patient: GatewayPatient, settings: object) =>
      fixture().call(
        'PUT',
        `/v1/patients/${patient.patientId}/settings`,
        { settings, passphrase: PASSPHRASE },
        patient.token,
      );

    test('a patient tightens: what was none is an emergency now, and its record names the settings', async () => {
      const patient = await fixture().patient();
      await using device = await fixture().device(patient);
      await device.send([glucose(Date.now() - MINUTE_MS, 58)]);
      const { status, body } = await state(patient, { glucose: { veryLowMgPerDl: 60 } });
      expect([status, body['version']]).toEqual([200, 1]);
      await device.send([glucose(Date.now(), 58)]);
      await fixture().own(patient, 'POST', '/flush');
      const raised = (await listed(fixture(), patient)).filter(({ kind }) => kind === 'emergency');
      expect(raised).toHaveLength(1);
      const { content } = await fixture().own(patient, 'GET', `/records/${raised[0]?.recordId}`);
      const named = { system: 'urn:careledger:settings', value: `1:${String(body['hash'])}` };
      expect(JSON.stringify(content)).toContain(JSON.stringify(named));
    });

    test('a practitioner loosens by what the hospital signs, with a right that the ledger has, and not without', async () => {
      const patient = await fixture().patient();
      const { patientId } = patient;
      await fixture().own(patient, 'POST', '/flush');
      const hospital = fixture().layers.authority();
      const registered = await call(hospital, 'ops', 'POST /v1/practitioners', {
        ...{ role: 'physician', identity: { identifier: 'staff-settings' } },
      });
      const loose = { glucose: { veryLowMgPerDl: 45 }, news2: { spo2Scale: 2 } };
      expect((await state(patient, loose)).body).toMatchObject({ code: 'SETTINGS_LOOSENED' });
      const signed = await call(hospital, 'practitioner', 'POST /v1/settings-statements', {
        ...{ patientId, version: 1, previous: null, settings: loose },
        practitionerId: registered.body['practitionerId'],
      });
      expect(signed.status).toBe(201);
      const { statement } = signed.body;
      // Whoever brings it.
      const { practitioner } = fixture().gateway.tokens;
      const bring = () =>
        fixture().call('PUT', `/v1/patients/${patientId}/settings`, { statement }, practitioner);
      expect((await bring()).body).toMatchObject({ code: 'SETTINGS_NOT_GRANTED', reason: 'NO_GRANT' });
      const grant = { authorityId: 'aut_hospital', permissions: ['read', 'write'], purposes: ['TREAT'] };
      await fixture().own(patient, 'POST', '/grants', { grant, passphrase: PASSPHRASE });
      expect(await bring()).toMatchObject({ status: 200, body: { version: 1 } });
      expect(await fixture().own(patient, 'GET', '/settings')).toMatchObject({
        ...{ version: 1, patient: {}, authority: loose },
        inForce: { glucose: { veryLowMgPerDl: 45, veryHighMgPerDl: 250 }, news2: { spo2Scale: 2 } },
      });
    });
  });
}
