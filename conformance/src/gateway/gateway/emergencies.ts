import { describe, expect, test } from '@jest/globals';
import { NoticeClient } from '../../fixtures/services/notices.js';
import { glucose, type GatewayFixture } from '../../fixtures/services/gateway-fixture.js';
import { MINUTE_MS, START_MS, accessesOf, listed, openAtHospital, subscribed } from './subscribed-patient.js';

/** What reaches a subscribed hospital at once. */
export function describeEmergencies(fixture: () => GatewayFixture): void {
  describe('an emergency', () => {
    test('reaches the subscribed hospital straight, and by the chain, which it can open', async () => {
      const { patient, device } = await subscribed(fixture());
      await using notices = await NoticeClient.connect(fixture().layers.authority());
      const sentMs = performance.now();
      await device.send([glucose(Date.now(), 49)]);
      const straight = await notices.next(
        ({ type, data }) => type === 'emergency' && data['patientId'] === patient.patientId,
      );
      expect(straight.atMs - sentMs).toBeLessThan(5_000);
      await fixture().own(patient, 'POST', '/flush');
      const emergency = (await listed(fixture(), patient)).find(({ kind }) => kind === 'emergency');
      expect(emergency).toMatchObject({
        version: 1,
        stage: 'announced',
        recordId: straight.data['recordId'],
      });
      const opened = await openAtHospital(fixture(), patient, String(emergency?.recordId));
      expect([opened.status, opened.body['resourceType']]).toEqual([200, 'Bundle']);
      const { recordId } = straight.data;
      // Being shown the notice is an access as well, which the hospital reports afterwards.
      const shown = await accessesOf(fixture(), patient, 2);
      expect(shown.map(({ basis }) => basis).sort()).toEqual(['notice', 'request']);
      for (const access of shown)
        expect(access).toMatchObject({
          ...{ requester: 'aut_hospital', decision: 'permit', recordId, isAgainstPolicy: false },
        });
      await device.close();
    });

    test('of an implausible reading is none', async () => {
      const patient = await fixture().patient();
      await using device = await fixture().device(patient);
      await device.send([glucose(START_MS, 0)]);
      await device.send([glucose(START_MS + MINUTE_MS, 5)]);
      await fixture().own(patient, 'POST', '/flush');
      expect(await listed(fixture(), patient)).toEqual([]);
      const { readings } = await fixture().own(
        patient,
        'GET',
        `/readings?from=${new Date(START_MS).toISOString()}`,
      );
      expect(readings).toEqual([
        expect.objectContaining({ value: 0, flags: ['SENSOR_OFF'] }),
        expect.objectContaining({ value: 5, flags: ['OUT_OF_RANGE'] }),
      ]);
    });
  });
}
