import { expect, test } from '@jest/globals';
import { PASSPHRASE } from '../../../testing/open-core.js';
import { TOKENS, newTestApp } from '../../../testing/test-app.js';
import { TestCore } from '../../../testing/test-core.js';
import { auditPlugin } from './plugin.js';
import type { AuditServiceOptions } from './service.js';

test('after wrong passphrases the API says 429 and when to come again, however the token’s scheme is written', async () => {
  await using t = await TestCore.open();
  const { patientId } = await t.patient();
  const app = await newTestApp(patientId);
  // The route that signs a check-in asks nothing else of the rest of a gateway.
  const consent = { registered: () => Promise.resolve() };
  const parts = { core: t.core, networkId: 'devnet', consent } as unknown as AuditServiceOptions;
  await app.register(auditPlugin, parts);
  const checkIn = (passphrase: string, scheme = 'Bearer') =>
    app.inject({
      method: 'POST',
      url: `/v1/patients/${patientId}/check-in`,
      headers: { authorization: `${scheme} ${TOKENS.patient}` },
      payload: { authorityId: 'aut_hospital', passphrase },
    });
  for (const scheme of ['Bearer', 'bearer', 'BEARER']) {
    const wrong = await checkIn('not the passphrase', scheme);
    expect([wrong.statusCode, wrong.json()]).toEqual([
      403,
      expect.objectContaining({ code: 'CONSENT_KEY_LOCKED' }),
    ]);
  }
  const paused = await checkIn(PASSPHRASE, 'beareR');
  expect([paused.statusCode, paused.headers['retry-after'], paused.json()]).toEqual([
    429,
    '1',
    expect.objectContaining({ code: 'PASSPHRASE_BACKOFF', retryAfterS: 1 }),
  ]);
  t.nowMs += 1_000;
  expect((await checkIn(PASSPHRASE)).statusCode).toBe(200);
  await app.close();
});
