import { afterEach, describe, expect, test } from '@jest/globals';
import { KitServices } from '../../testing/kit-services.js';
import { hash } from 'node:crypto';
import type { ServiceApp } from './service.js';

const SIGNER = 'https://consent.example';
const TOKEN = 'token-of-a-patient';
const services = new KitServices();
afterEach(() => services.close());

async function open(allowedOrigins?: string[]): Promise<ServiceApp> {
  const app = await services.open({
    ...(allowedOrigins && { http: { allowedOrigins } }),
    tokens: [{ sha256: hash('sha256', TOKEN), role: 'ops' }],
  });
  app.post('/v1/things', { config: { roles: ['ops'] } }, async () => ({ made: true }));
  return app;
}

const preflight = (app: ServiceApp, origin: string) =>
  app.inject({
    ...{ method: 'OPTIONS', url: '/v1/things' },
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type,idempotency-key',
    },
  });

describe('a page of another origin', () => {
  test('that is configured may call, and read what headers say', async () => {
    const app = await open([SIGNER]);
    const allowed = await preflight(app, SIGNER);
    expect(allowed.statusCode).toBe(204);
    expect(allowed.headers).toMatchObject({
      'access-control-allow-origin': SIGNER,
      'access-control-allow-headers': expect.stringContaining('idempotency-key'),
    });
    const headers = { origin: SIGNER, authorization: `Bearer ${TOKEN}` };
    const answer = await app.inject({ method: 'POST', url: '/v1/things', headers });
    expect([answer.statusCode, answer.headers['access-control-allow-origin']]).toEqual([200, SIGNER]);
    expect(answer.headers['access-control-expose-headers']).toBe('*');
    expect(answer.headers['access-control-allow-credentials']).toBeUndefined();
  });

  test('reads refusals too', async () => {
    const app = await open([SIGNER]);
    for (const [method, url, status] of [
      ['POST', '/v1/things', 401],
      ['GET', '/v1/nothing', 404],
      ['PATCH', '/v1/things', 405],
    ] as const) {
      const answer = await app.inject({ method, url, headers: { origin: SIGNER } });
      expect([answer.statusCode, answer.headers['access-control-allow-origin']]).toEqual([status, SIGNER]);
    }
  });

  test('that is not configured may not', async () => {
    const app = await open([SIGNER]);
    const refused = await preflight(app, 'https://gateway.example');
    expect(refused.headers['access-control-allow-origin']).toBeUndefined();
  });

  test('may not where none is configured: OPTIONS is a method that no path has', async () => {
    const app = await open();
    const refused = await preflight(app, SIGNER);
    expect([refused.statusCode, refused.headers['access-control-allow-origin']]).toEqual([405, undefined]);
  });
});
