import { expect, test } from '@jest/globals';
import { walkLists } from '../../fixtures/services/lists.js';
import { PASSPHRASE, glucose, type GatewayFixture } from '../../fixtures/services/gateway-fixture.js';
import { START_MS, listed, subscribed } from './subscribed-patient.js';

/** Pages of lists. */
export function describeLists(fixture: () => GatewayFixture): void {
  test('every list of every service is met whole, one row a page', async () => {
    const { patient, device } = await subscribed(fixture());
    await device.send([glucose(START_MS, 99)]);
    await device.close();
    await fixture().own(patient, 'POST', '/flush');
    const recordId = String((await listed(fixture(), patient))[0]?.recordId);
    const { patientId } = patient;
    for (let n = 0; n < 2; n++) {
      await (await fixture().device(patient)).close();
      await fixture().own(patient, 'POST', '/grants', {
        grant: { authorityId: 'aut_hospital', permissions: ['read'], purposes: ['TREAT'] },
        passphrase: PASSPHRASE,
      });
    }
    const { gateway, layers } = fixture();
    const met = [];
    // One after the other: who opens the records of a span adds to the patient's list of accesses.
    for (const service of [gateway, layers.authority(), layers.provider()]) {
      const { ops, practitioner, auditor } = service.tokens;
      const patients = service === gateway ? { patient: patient.token } : {};
      met.push(
        await walkLists({
          service,
          tokens: { ops, practitioner, auditor, ...patients },
          parameters: { patientId, recordId },
        }),
      );
    }
    expect(met.map((lists) => lists.length)).toEqual([17, 13, 1]);
    for (const { path, whole, walked } of met.flat()) expect([path, walked]).toEqual([path, whole]);
    const long = met.flat().filter(({ whole }) => whole.length > 1);
    expect(long.map(({ path }) => path)).toEqual(
      expect.arrayContaining([
        '/v1/patients',
        '/v1/patients/{patientId}/devices',
        '/v1/patients/{patientId}/grants',
        '/v1/subscriptions',
        '/v1/audit',
        '/v1/releases',
      ]),
    );
  }, 60_000);
}
