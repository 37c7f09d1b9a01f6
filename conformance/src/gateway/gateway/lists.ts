import { expect, test } from '@jest/globals';
import { walkLists } from '../../fixtures/services/lists.js';
import { PASSPHRASE, glucose, type GatewayFixture } from '../../fixtures/services/gateway-fixture.js';
import { HOUR_MS, START_MS, listed, subscribed } from './subscribed-patient.js';

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
          // No patient here lets a copy be kept: that is refused, so that nobody takes it for an empty list.
          except: ['/v1/patients/{patientId}/copies'],
        }),
      );
    }
    expect(met.map((lists) => lists.length)).toEqual([21, 15, 1]);
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

  test('readings say of which time they are, and every page is of the same', async () => {
    const { patient, device } = await subscribed(fixture());
    const nowMs = Date.now();
    for (const hoursAgo of [72, 2, 1]) await device.send([glucose(nowMs - hoursAgo * HOUR_MS, 99)]);
    await device.close();
    const page = async (query: string) => fixture().own(patient, 'GET', `/readings?${query}`);
    const first = await page('limit=1');
    const span = Date.parse(String(first['to'])) - Date.parse(String(first['from']));
    expect([span, String(first['from']) < new Date(nowMs - HOUR_MS).toISOString()]).toEqual([
      48 * HOUR_MS,
      true,
    ]);
    const second = await page(`limit=1&cursor=${String(first['next'])}`);
    const { from, to } = first;
    expect(second).toMatchObject({ from, to, next: null });
    expect([first['readings'], second['readings']]).toEqual([[expect.anything()], [expect.anything()]]);
    const dawn = '0000-01-01T00:00:00.000Z';
    expect(await page(`to=${dawn}`)).toMatchObject({ from: dawn, to: dawn, readings: [] });
    const forged = Buffer.from(JSON.stringify({ after: 0, fromMs: -9e15, toMs: 9e15 })).toString('base64url');
    const { patientId, token } = patient;
    const path = `/v1/patients/${patientId}/readings?cursor=${forged}`;
    expect(await fixture().call('GET', path, undefined, token)).toMatchObject({ status: 422 });
    // What was left out is asked for by what the answer says.
    const before = await page(`from=2020-01-01T00:00:00Z&to=${String(from)}`);
    expect(before).toMatchObject({ from: '2020-01-01T00:00:00.000Z', to: from });
    expect(before['readings']).toEqual([expect.objectContaining({ value: 99 })]);
  }, 60_000);
}
