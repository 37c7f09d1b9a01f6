import { expect, test } from '@jest/globals';
import { RecordsFixture } from '../../testing/records-fixture.js';
import { TOKENS, newTestApp } from '../../testing/test-app.js';
import { StepStore } from '../consent/index.js';
import { devicesPlugin } from './devices/plugin.js';
import type { DeviceServiceOptions } from './devices/service.js';
import { grantsPlugin, type GrantsOptions } from './grants/plugin.js';
import { patientsPlugin, type PatientsOptions } from './patients/plugin.js';

test('lists that can grow without bound come in pages, and no row is left out or there twice', async () => {
  await using fixture = await RecordsFixture.open();
  const { core } = fixture;
  const { patient } = await fixture.patient();
  for (let n = 0; n < 4; n++) {
    await fixture.testCore.patient();
    fixture.testCore.pair(patient);
    fixture.grant(patient, fixture.hospital);
  }
  const { patientId } = patient;
  const app = await newTestApp(patientId);
  // All that these routes ask of a gateway.
  const parts = {
    ...{ core, grants: fixture.grants, steps: new StepStore(core.store.database) },
    ...{ gatewayId: 'gw_test', mqttUrl: '' },
    allowances: { overOf: () => undefined },
    registrations: { has: () => true },
    jobs: { watch: () => undefined },
  } as unknown as PatientsOptions & DeviceServiceOptions & GrantsOptions;
  await app.register(patientsPlugin, parts);
  await app.register(devicesPlugin, parts);
  await app.register(grantsPlugin, parts);

  for (const [url, name, id, token] of [
    ['/v1/patients', 'patients', 'patientId', TOKENS.ops],
    [`/v1/patients/${patientId}/devices`, 'devices', 'deviceId', TOKENS.patient],
    [`/v1/patients/${patientId}/grants`, 'grants', 'grantId', TOKENS.patient],
  ] as const) {
    const headers = { authorization: `Bearer ${token}` };
    const page = async (query: string) =>
      (await app.inject({ url: `${url}?${query}`, headers })).json() as Record<string, unknown>;
    const ids = (answer: Record<string, unknown>) =>
      (answer[name] as Record<string, string>[]).map((row) => row[id]);
    const whole = ids(await page(''));
    expect([name, whole.length >= 4]).toEqual([name, true]);
    const found: unknown[] = [];
    let next: unknown = null;
    do {
      const answer = await page(`limit=2${next === null ? '' : `&cursor=${String(next)}`}`);
      expect(ids(answer).length).toBeLessThanOrEqual(2);
      found.push(...ids(answer));
      ({ next } = answer);
    } while (next !== null);
    expect([name, found]).toEqual([name, whole]);
    const all = await app.inject({ url: `${url}?limit=501`, headers });
    expect([name, all.statusCode]).toEqual([name, 400]);
  }
  await app.close();
});
