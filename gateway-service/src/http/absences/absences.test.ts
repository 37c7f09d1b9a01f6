import { expect, test } from '@jest/globals';
import { TestCore } from '../../../testing/test-core.js';
import { TOKENS, newTestApp } from '../../../testing/test-app.js';
import { GATEWAY_MIGRATIONS } from '../../migrations.js';
import { GatewayLife, type Absence } from '../../processing/index.js';
import { absencesPlugin } from './plugin.js';
import type { AbsencesPage } from './schemas.js';

test('the gateway’s own absences are there for the patient and for whoever runs it, newest first, in pages', async () => {
  await using t = await TestCore.open({ migrations: GATEWAY_MIGRATIONS });
  const { patientId } = await t.patient();
  const life = new GatewayLife(t.core.store.database);
  const app = await newTestApp(patientId);
  await app.register(absencesPlugin, { life });
  const read = async (query: string, token: string = TOKENS.patient) => {
    const headers = { authorization: `Bearer ${token}` };
    return (await app.inject({ url: `/v1/absences${query}`, headers })).json<AbsencesPage>();
  };
  expect(await read('')).toEqual({ absences: [], next: null });

  const at = (minute: number): number => Date.UTC(2026, 5, 1, 8, minute);
  const absences: readonly Absence[] = [
    { from: at(0), until: at(1), cause: 'stopped' },
    { from: at(10), until: at(12), cause: 'killed' },
    { from: at(20), until: at(21), cause: 'stalled' },
  ];
  t.core.store.transaction(() => {
    for (const absence of absences) life.record(absence);
  });
  const whole = await read('', TOKENS.ops);
  expect(whole).toEqual({
    absences: [
      { from: '2026-06-01T08:20:00.000Z', until: '2026-06-01T08:21:00.000Z', cause: 'stalled' },
      { from: '2026-06-01T08:10:00.000Z', until: '2026-06-01T08:12:00.000Z', cause: 'killed' },
      { from: '2026-06-01T08:00:00.000Z', until: '2026-06-01T08:01:00.000Z', cause: 'stopped' },
    ],
    next: null,
  });
  const first = await read('?limit=2');
  const second = await read(`?limit=2&cursor=${String(first.next)}`);
  expect([...first.absences, ...second.absences]).toEqual(whole.absences);
  expect(second.next).toBeNull();
  expect(await read('?cursor=rubbish')).toMatchObject({ status: 422, code: 'CURSOR_INVALID' });
  await app.close();
});
