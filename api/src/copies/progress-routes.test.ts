import { buildService, createLogger } from '@careledger/service-kit';
import { newApiTokens } from '@careledger/service-kit/testing';
import { expect, test } from '@jest/globals';
import { CopyingHospital } from '../../testing/copying-hospital.js';
import { problems } from '../problems.js';
import { addProgressRoutes } from './progress-routes.js';

test('how many records a copy has is told to its unit, for its purpose, and to those who watch it', async () => {
  await using copying = await CopyingHospital.open();
  const running = copying.parts();
  await copying.announce(running);
  await running.intake.round();
  const { patientId } = copying.patient;
  const { tokens, entries } = newApiTokens(patientId);
  const app = await buildService({
    ...{ name: 'api', logger: createLogger('api', { level: 'silent' }), problems },
    config: {
      http: { host: '127.0.0.1', port: 0, bodyLimitBytes: 1_024, metricsOpen: false },
      auth: { tokens: [...entries], issuers: [] },
    },
    openapi: { title: 'Copies', version: '1.0.0' },
  });
  addProgressRoutes(app, running);
  const ask = async (token: string, query = '') => {
    const answer = await app.inject({
      url: `/v1/patients/${patientId}/copies/progress${query}`,
      headers: { authorization: `Bearer ${token}` },
    });
    const { kept, reason } = answer.json<{ kept?: number; reason?: string }>();
    return [answer.statusCode, kept ?? reason];
  };
  const { auditor, ops, practitioner } = tokens;
  expect(await ask(practitioner, '?unit=ward-4')).toEqual([200, 1]);
  expect(await ask(practitioner, '?unit=psychiatry')).toEqual([403, 'GRANTEE_MISMATCH']);
  expect(await ask(practitioner)).toEqual([403, 'GRANTEE_MISMATCH']);
  expect(await ask(practitioner, '?unit=ward-4&purpose=HRESCH')).toEqual([403, 'PURPOSE_NOT_GRANTED']);
  for (const token of [auditor, ops]) expect(await ask(token)).toEqual([200, 1]);
  await app.close();
});
