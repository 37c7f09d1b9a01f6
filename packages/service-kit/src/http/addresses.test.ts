import { Writable } from 'node:stream';
import { afterEach, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { loggerOptions } from '../logging.js';
import { withoutAddresses } from './addresses.js';
import { createHttpClient } from './client.js';
import { HttpClientError } from './client-error.js';
import { commonProblems, defineProblems, ProblemError } from './problems.js';
import type { ServiceApp } from './service.js';
import { KitServices, urlOf } from '../../testing/kit-services.js';

const problems = defineProblems({
  PROVIDER_UNREACHABLE: { status: 502, title: 'No provider can be reached' },
  ACCESS_REFUSED: { status: 422, title: 'Refused' },
});
const ADDRESS = /127\.0\.0\.1|localhost|internal\.example|https?:|[\w\]]:\d{3,5}/;

const services = new KitServices();
afterEach(() => services.close());

async function newApp(throws: (path: string) => unknown): Promise<[ServiceApp, string]> {
  const app = await services.open({ problems });
  app.get('/v1/:what', { config: { public: true } }, async (request) => {
    throw throws(request.url);
  });
  return [app, await urlOf(app)];
}

async function errorOf(baseUrl: string, path: string): Promise<HttpClientError> {
  const error: unknown = await createHttpClient({ baseUrl, retries: 0 })
    .bytes('GET', path)
    .catch((thrown: unknown) => thrown);
  if (!(error instanceof HttpClientError)) throw new Error('The call must fail');
  return error;
}

describe('answers name no internal address', () => {
  test('a problem that repeats what another service’s failure said names no address', async () => {
    // The neighbour names its own neighbour in a detail that its status lets through.
    const [, refusing] = await newApp(
      () => new ProblemError<keyof typeof problems>('ACCESS_REFUSED', 'http://internal.example:7051 said no'),
    );
    const { port } = new URL(refusing);
    const errors = [
      await errorOf(refusing, '/v1/records'),
      await errorOf('http://127.0.0.1:1', '/v1/records'),
    ];
    expect(errors.map(({ code, message }) => [code, message])).toEqual([
      ['REFUSED', 'GET /v1/records answered 422 ACCESS_REFUSED'],
      ['UNREACHABLE', 'GET /v1/records cannot be reached: is the service up?'],
    ]);
    for (const cause of errors)
      for (const code of ['ACCESS_REFUSED', 'PROVIDER_UNREACHABLE'] as const) {
        const [app] = await newApp(
          () => new ProblemError<keyof typeof problems>(code, cause.message, { cause }),
        );
        for (const accept of ['application/json', 'application/fhir+json']) {
          const { body, statusCode } = await app.inject({ url: '/v1/x', headers: { accept } });
          expect(statusCode).toBe(problems[code].status);
          expect(body).not.toMatch(ADDRESS);
          expect(body).not.toContain(`:${port}`);
        }
      }
  });

  test('an error of another service that nobody translated shows nothing of itself', async () => {
    const cause = await errorOf('http://127.0.0.1:1', '/v1/records');
    const [app] = await newApp(() => cause);
    const response = await app.inject('/v1/x');
    expect(response.json()).toEqual({
      type: '/problems/INTERNAL_ERROR',
      title: commonProblems.INTERNAL_ERROR.title,
      status: 500,
      code: 'INTERNAL_ERROR',
      instance: expect.any(String),
    });
  });

  test('a failure of this side that repeats what a peer said names no address', async () => {
    const said =
      'UNAVAILABLE: GetGrant: connect ECONNREFUSED 127.0.0.1:7051; HospitalMSP at peer0.internal.example:7051: away';
    const [app] = await newApp(() => new ProblemError<keyof typeof problems>('PROVIDER_UNREACHABLE', said));
    expect((await app.inject('/v1/x')).json()).toMatchObject({
      detail: 'UNAVAILABLE: GetGrant: connect ECONNREFUSED [address]; HospitalMSP at [address]: away',
    });
  });

  test('the log has the address, also that of a cause', async () => {
    const lines: string[] = [];
    const sink = new Writable({
      write(chunk, _encoding, done) {
        lines.push(String(chunk));
        done();
      },
    });
    const cause = await errorOf('http://127.0.0.1:1', '/v1/records');
    const err = new ProblemError('INTERNAL_ERROR', 'it failed', { cause });
    pino(loggerOptions('kit', { level: 'info' }), sink).error({ err });
    expect(lines.join('')).toContain('http://127.0.0.1:1/v1/records');
  });
});

test.each([
  ['see https://a.example:1/x?y, then', 'see [address], then'],
  ['dns:///peer0:7051', '[address]'],
  ['fe80::1 and [::1]:7051 and 2001:db8:0:0:0:0:0:1', '[address] and [address] and [address]'],
  ['10.1.2.3 or localhost:8080', '[address] or [address]'],
  [
    'version 1.2.3 at 2024-01-01T12:30:15.000Z, 12:30:15',
    'version 1.2.3 at 2024-01-01T12:30:15.000Z, 12:30:15',
  ],
  ['pat_x: RECORD_UNKNOWN: none', 'pat_x: RECORD_UNKNOWN: none'],
])('addresses are taken out of %j', (text, left) => {
  expect(withoutAddresses(text)).toBe(left);
});
