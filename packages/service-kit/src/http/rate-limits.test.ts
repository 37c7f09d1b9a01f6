import { hash } from 'node:crypto';
import { afterEach, describe, expect, test } from '@jest/globals';
import { Value } from 'typebox/value';
import { HttpConfig } from '../config/service-config.js';
import { requireRole } from './auth.js';
import type { ServiceApp } from './service.js';
import { KitServices } from '../../testing/kit-services.js';

const services = new KitServices();
afterEach(() => services.close());

async function newApp(http: object): Promise<ServiceApp> {
  const app = await services.open({
    http: Value.Parse(HttpConfig, Value.Default(HttpConfig, http)),
    tokens: [
      { sha256: hash('sha256', 'one'), role: 'ops' },
      { sha256: hash('sha256', 'other'), role: 'ops' },
      { sha256: hash('sha256', 'peer'), role: 'system', mspId: 'PatientsMSP' },
    ],
  });
  const config = requireRole('ops', 'system');
  app.get('/v1/things', { config }, async () => ({}));
  app.post('/v1/costly', { config: { ...config, requestsPerMinute: 1 } }, async () => ({}));
  app.post('/v1/danger', { config: { ...config, rateLimit: false } }, async () => ({}));
  app.get('/v1/open', { config: { public: true } }, async () => ({}));
  return app;
}

interface From {
  readonly token?: string;
  readonly remoteAddress?: string;
  readonly forwardedFor?: string;
}

const call = (app: ServiceApp, method: 'GET' | 'POST', url: string, from: From = {}) =>
  app.inject({
    ...{ method, url, remoteAddress: from.remoteAddress ?? '192.0.2.1' },
    headers: {
      ...(from.token !== undefined && { authorization: `Bearer ${from.token}` }),
      ...(from.forwardedFor !== undefined && { 'x-forwarded-for': from.forwardedFor }),
    },
  });
const statuses = async (times: number, ...of: Parameters<typeof call>): Promise<number[]> => {
  const found: number[] = [];
  for (let n = 0; n < times; n++) found.push((await call(...of)).statusCode);
  return found;
};

describe('limits of requests', () => {
  test('each token has its own; what is left stands in every answer', async () => {
    const app = await newApp({ rateLimits: { tokenPerMinute: 2 } });
    const first = await call(app, 'GET', '/v1/things', { token: 'one' });
    expect([first.headers['ratelimit'], first.headers['ratelimit-policy']]).toEqual([
      expect.stringMatching(/^"token";r=1;t=(?:60|59)$/),
      '"token";q=2;w=60',
    ]);
    expect(await statuses(2, app, 'GET', '/v1/things', { token: 'one' })).toEqual([200, 429]);
    expect(await statuses(1, app, 'GET', '/v1/things', { token: 'other' })).toEqual([200]);
    // A service that sends for all of its patients has a limit of its own.
    expect(await statuses(3, app, 'GET', '/v1/things', { token: 'peer' })).toEqual([200, 200, 200]);
  });

  test('the refusal is a problem that says how long to wait', async () => {
    const app = await newApp({ rateLimits: { tokenPerMinute: 1 } });
    await call(app, 'GET', '/v1/things', { token: 'one' });
    const refused = await call(app, 'GET', '/v1/things', { token: 'one' });
    expect(refused.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(refused.json()).toMatchObject({ status: 429, code: 'TOO_MANY_REQUESTS' });
    expect(refused.json<{ retryAfterS: number }>().retryAfterS).toBe(Number(refused.headers['retry-after']));
    expect(refused.headers['ratelimit']).toMatch(/^"token";r=0;t=\d+$/);
  });

  test('tokens that nobody has are counted by address, and keep nobody out who has one', async () => {
    const app = await newApp({ rateLimits: { addressPerMinute: 2 } });
    const guess = (n: number) => call(app, 'GET', '/v1/things', { token: `guess-${n}` });
    expect([await guess(1), await guess(2), await guess(3)].map(({ statusCode }) => statusCode)).toEqual([
      401, 401, 429,
    ]);
    expect(await statuses(1, app, 'GET', '/v1/things', { token: 'one' })).toEqual([200]);
    expect(await statuses(1, app, 'GET', '/v1/open')).toEqual([429]);
    expect(await statuses(1, app, 'GET', '/nowhere')).toEqual([429]);
    expect(await statuses(1, app, 'GET', '/v1/open', { remoteAddress: '192.0.2.2' })).toEqual([200]);
    const network = (host: string) => ({ remoteAddress: `2001:db8:0:1::${host}` });
    expect(await statuses(2, app, 'GET', '/v1/open', network('1'))).toEqual([200, 200]);
    expect(await statuses(1, app, 'GET', '/v1/open', network('2'))).toEqual([429]);
  });

  test('behind a proxy that is trusted the address is the caller’s; nobody else chooses it', async () => {
    const app = await newApp({ rateLimits: { addressPerMinute: 1 }, trustedProxies: ['192.0.2.1'] });
    const by = (remoteAddress: string, forwardedFor: string) =>
      statuses(1, app, 'GET', '/v1/open', { remoteAddress, forwardedFor });
    expect(await by('192.0.2.1', '203.0.113.1')).toEqual([200]);
    expect(await by('192.0.2.1', '203.0.113.2')).toEqual([200]);
    expect(await by('192.0.2.1', '203.0.113.2')).toEqual([429]);
    expect(await by('192.0.2.9', '203.0.113.3')).toEqual([200]);
    expect(await by('192.0.2.9', '203.0.113.4')).toEqual([429]);
  });

  test('a danger, and who watches the service, are never refused', async () => {
    const app = await newApp({ rateLimits: { tokenPerMinute: 1, addressPerMinute: 1 }, metricsOpen: true });
    await statuses(2, app, 'GET', '/v1/things', { token: 'one' });
    await statuses(2, app, 'GET', '/v1/open');
    expect(await statuses(5, app, 'POST', '/v1/danger', { token: 'one' })).toEqual([200, 200, 200, 200, 200]);
    for (const url of ['/livez', '/readyz', '/metrics'])
      expect(await statuses(3, app, 'GET', url)).toEqual([200, 200, 200]);
  });

  test('a route may have a narrower limit; 0 is no limit', async () => {
    const app = await newApp({ rateLimits: { tokenPerMinute: 0 } });
    expect(await statuses(2, app, 'POST', '/v1/costly', { token: 'one' })).toEqual([200, 429]);
    const other = await call(app, 'POST', '/v1/costly', { token: 'other' });
    expect([other.statusCode, other.headers['ratelimit-policy']]).toEqual([200, '"route";q=1;w=60']);
    expect(new Set(await statuses(50, app, 'GET', '/v1/things', { token: 'one' }))).toEqual(new Set([200]));
  });

  test('are described: 429 with Retry-After, and the headers of what is left, but not where nothing is limited', async () => {
    const app = await newApp({});
    const { paths } = (await app.inject({ url: '/openapi.json' })).json<{
      paths: Record<string, Record<string, { responses: object }>>;
    }>();
    expect(paths['/v1/things']?.['get']?.responses).toMatchObject({
      429: { description: expect.stringContaining('TOO_MANY_REQUESTS'), headers: { 'Retry-After': {} } },
      '2XX': { headers: { RateLimit: {}, 'RateLimit-Policy': {} } },
    });
    expect(paths['/v1/danger']?.['post']?.responses).not.toHaveProperty('429');
  });
});
