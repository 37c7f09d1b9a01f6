import { hash } from 'node:crypto';
import { afterEach, describe, expect, test } from '@jest/globals';
import { closedObject } from '@careledger/domain';
import { Type } from 'typebox';
import type { TokenConfig } from '../config/service-config.js';
import { listRoutes, principalOf, requireRole, type FindToken } from './auth.js';
import { defineProblems, ProblemError } from './problems.js';
import type { Role } from '../config/roles.js';
import type { ServiceApp } from './service.js';
import { accessFaults, newApiTokens, rolesByRoute } from '../../testing/api-access.js';
import { KitServices, urlOf } from '../../testing/kit-services.js';

const PATIENT = 'pat_a';
const { tokens: secrets, entries: tokens } = newApiTokens(PATIENT);
const problems = defineProblems({ RECORD_GONE: { status: 410, title: 'The record was erased' } });

const services = new KitServices();
afterEach(() => services.close());

async function newApp(
  options: { tokens?: readonly TokenConfig[]; metricsOpen?: boolean; findToken?: FindToken } = {},
): Promise<ServiceApp> {
  const app = await services.open({
    http: { metricsOpen: options.metricsOpen ?? false },
    tokens: options.tokens ?? tokens,
    problems,
    ...(options.findToken && { findToken: options.findToken }),
  });
  app.get(
    '/patients/:patientId/devices',
    {
      config: requireRole('patient', 'ops'),
      schema: { querystring: Type.Object({ limit: Type.Integer({ default: 20, maximum: 100 }) }) },
    },
    async (request) => ({ limit: request.query.limit }),
  );
  app.post(
    '/echo',
    {
      config: requireRole('ops'),
      schema: { body: closedObject({ n: Type.Number() }) },
    },
    async (request) => ({ n: request.body.n }),
  );
  app.get('/who', { config: requireRole('system', 'ops', 'patient') }, async (request) => {
    const { patientIds, ...principal } = principalOf(request);
    return { ...principal, patientIds: [...patientIds] };
  });
  app.get('/gone', { config: requireRole('ops'), schema: { problems: ['RECORD_GONE'] } }, async () => {
    throw new ProblemError<keyof typeof problems>('RECORD_GONE', 'Erased at height 7', {
      members: { height: 7 },
    });
  });
  app.get('/broken', { config: requireRole('ops') }, async () => {
    throw new Error('password is hunter2');
  });
  return app;
}

const as = (role: Role) => ({ authorization: `Bearer ${secrets[role as keyof typeof secrets]}` });

describe('who may call a route', () => {
  test('a route that declares nobody is refused when it is registered', async () => {
    const app = await newApp();
    expect(() => app.get('/forgotten', async () => 'x')).toThrow(/config.roles/);
    expect(() => app.get('/nobody', { config: { roles: [] } }, async () => 'x')).toThrow(/config.roles/);
    expect(() => app.get('/both', { config: { public: true, roles: ['ops'] } }, async () => 'x')).toThrow(
      /config/,
    );
  });

  test('every route refuses every role it does not name, and whoever has no token', async () => {
    const app = await newApp();
    await app.ready();
    const pathOf = (url: string) => url.replace(':patientId', PATIENT);
    expect(Object.keys(rolesByRoute(app))).toContain('POST /echo');
    expect(await accessFaults(app, secrets, pathOf)).toEqual([]);
    // A token of the wrong role is noticed: here those of two roles are exchanged.
    const exchanged = { ...secrets, ops: secrets.patient, patient: secrets.ops };
    expect(await accessFaults(app, exchanged, pathOf)).toContainEqual(
      expect.objectContaining({ url: '/echo', role: 'patient', statusCode: 400 }),
    );
    const wrong = { headers: { authorization: 'Bearer wrong' } };
    expect((await app.inject({ url: '/metrics', ...wrong })).statusCode).toBe(401);
    for (const route of listRoutes(app).filter(({ roles }) => roles.length > 0))
      for (const role of route.roles) {
        const asked = { method: route.method as 'GET', url: pathOf(route.url), headers: as(role) };
        expect([401, 403]).not.toContain((await app.inject(asked)).statusCode);
      }
  });

  test('a patient reaches no other patient', async () => {
    const app = await newApp();
    const own = await app.inject({ url: `/patients/${PATIENT}/devices?limit=5`, headers: as('patient') });
    expect(own.json()).toEqual({ limit: 5 });
    const other = await app.inject({ url: '/patients/pat_b/devices', headers: as('patient') });
    expect(other.statusCode).toBe(403);
    expect(other.json()).toMatchObject({ code: 'PATIENT_MISMATCH' });
    const ops = await app.inject({ url: '/patients/pat_b/devices', headers: as('ops') });
    expect(ops.json()).toEqual({ limit: 20 });
  });

  test('a patient token without patients, or another with some, stops the start', async () => {
    const sha256 = hash('sha256', 'x');
    await expect(newApp({ tokens: [{ sha256, role: 'patient' }] })).rejects.toThrow(/auth.tokens\[0\]/);
    await expect(newApp({ tokens: [{ sha256, role: 'ops', patientIds: ['p'] }] })).rejects.toThrow(
      /auth.tokens/,
    );
  });
});

describe('whom a token speaks for', () => {
  const sha256 = hash('sha256', 'held');

  test('a token of role system that names no organisation stops the start, and says what to add', async () => {
    const start = newApp({ tokens: [...tokens, { sha256, role: 'system', name: 'gateway' }] });
    await expect(start).rejects.toThrow(RangeError);
    await expect(start).rejects.toThrow(/auth\.tokens\[\d\]: .*add its MSP ID, e\.g\. mspId: HospitalMSP/);
  });

  test('one token cannot speak for two organisations', async () => {
    const twice = ['HospitalMSP', 'LabMSP'].map((mspId): TokenConfig => ({ sha256, role: 'system', mspId }));
    await expect(newApp({ tokens: twice })).rejects.toThrow(/auth\.tokens\[1\]: this token is listed before/);
  });

  test('a route sees the organisation and which token it was, whatever the token calls itself', async () => {
    const other = hash('sha256', 'other');
    const app = await newApp({
      tokens: [
        { sha256, role: 'system', mspId: 'HospitalMSP', name: 'api' },
        { sha256: other, role: 'system', mspId: 'LabMSP', name: 'api' },
      ],
      findToken: (given) =>
        given === hash('sha256', 'issued')
          ? {
              role: 'patient',
              mspId: undefined,
              patientIds: new Set([PATIENT]),
              name: undefined,
              unit: undefined,
            }
          : undefined,
    });
    const who = async (token: string) =>
      (await app.inject({ url: '/who', headers: { authorization: `Bearer ${token}` } })).json();
    expect(await who('held')).toEqual({
      role: 'system',
      mspId: 'HospitalMSP',
      tokenSha256: sha256,
      name: 'api',
      patientIds: [],
    });
    expect(await who('other')).toMatchObject({ mspId: 'LabMSP', tokenSha256: other, name: 'api' });
    expect(await who('issued')).toEqual({
      role: 'patient',
      tokenSha256: hash('sha256', 'issued'),
      patientIds: [PATIENT],
    });
  });
});

describe('problems', () => {
  test('a coded error becomes its problem with its members', async () => {
    const app = await newApp();
    const response = await app.inject({ url: '/gone', headers: { ...as('ops'), 'x-request-id': 'req-1' } });
    expect(response.statusCode).toBe(410);
    expect(response.headers['content-type']).toMatch('application/problem+json');
    expect(response.json()).toEqual({
      type: '/problems/RECORD_GONE',
      title: 'The record was erased',
      status: 410,
      code: 'RECORD_GONE',
      detail: 'Erased at height 7',
      instance: 'req-1',
      height: 7,
    });
    expect((await app.inject('/problems/RECORD_GONE')).json()).toMatchObject({ status: 410 });
    expect((await app.inject('/problems/toString')).statusCode).toBe(404);
  });

  test('a FHIR client gets an OperationOutcome', async () => {
    const app = await newApp();
    const response = await app.inject({
      url: '/gone',
      headers: { ...as('ops'), accept: 'application/fhir+json' },
    });
    expect(response.headers['content-type']).toMatch('application/fhir+json');
    expect(response.json()).toMatchObject({
      resourceType: 'OperationOutcome',
      issue: [{ code: 'deleted', details: { coding: [{ code: 'RECORD_GONE' }] } }],
    });
  });

  test('an unexpected error shows nothing of its cause', async () => {
    const app = await newApp();
    const response = await app.inject({ url: '/broken', headers: as('ops') });
    expect(response.statusCode).toBe(500);
    expect(response.body).not.toContain('hunter2');
    expect(response.json()).toMatchObject({ code: 'INTERNAL_ERROR' });
  });

  test.each([
    ['a number as text', { n: '5' }, 400, 'VALIDATION_FAILED'],
    ['a member too many', { n: 5, m: 1 }, 400, 'VALIDATION_FAILED'],
    ['a body that is no JSON', '{"n":', 400, 'MALFORMED_BODY'],
    ['a NaN', '{"n":NaN}', 400, 'MALFORMED_BODY'],
    ['an oversized body', { n: 5, m: 'x'.repeat(2000) }, 413, 'PAYLOAD_TOO_LARGE'],
  ])('%s is refused', async (_name, body, status, code) => {
    const app = await newApp();
    const response = await app.inject({
      method: 'POST',
      url: '/echo',
      headers: { ...as('ops'), 'content-type': 'application/json' },
      payload: body,
    });
    expect(response.json()).toMatchObject({ code, status });
    expect(response.statusCode).toBe(status);
  });

  test('members too many are named, also where there are very many', async () => {
    const app = await newApp();
    const faultsOf = async (payload: object): Promise<unknown[]> => {
      const answer = await app.inject({ method: 'POST', url: '/echo', headers: as('ops'), payload });
      return answer.json<{ errors: unknown[] }>().errors;
    };
    const tooMany = (name: string) => ({ in: 'body', pointer: `/${name}`, message: 'must not be there' });
    expect(await faultsOf({ n: 5, m: 1, o: 2 })).toEqual([tooMany('m'), tooMany('o')]);
    const many = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`m${index}`, 1]));
    expect((await faultsOf({ n: 5, ...many })).slice(0, 2)).toEqual([tooMany('m0'), tooMany('m1')]);
  });

  test('an unknown path, a wrong media type and a bad query are told apart', async () => {
    const app = await newApp();
    expect((await app.inject('/nothing')).json()).toMatchObject({ code: 'NOT_FOUND' });
    const media = await app.inject({
      method: 'POST',
      url: '/echo',
      headers: { ...as('ops'), 'content-type': 'text/csv' },
      payload: 'a',
    });
    expect(media.json()).toMatchObject({ code: 'UNSUPPORTED_MEDIA_TYPE', status: 415 });
    const query = await app.inject({ url: `/patients/${PATIENT}/devices?limit=101`, headers: as('ops') });
    expect(query.json()).toMatchObject({
      code: 'VALIDATION_FAILED',
      errors: [{ in: 'querystring', pointer: '/limit' }],
    });
  });
});

describe('what operators see', () => {
  test('readyz names the failing check and not its reason', async () => {
    const app = await newApp();
    let up = false;
    app.addReadinessCheck('ledger', () => {
      if (!up) throw new Error('secret endpoint down');
    });
    const down = await app.inject('/readyz');
    expect([down.statusCode, down.json()]).toEqual([
      503,
      { status: 'unready', checks: { ledger: 'failed' } },
    ]);
    expect(down.body).not.toContain('secret');
    up = true;
    expect((await app.inject('/readyz')).json()).toEqual({ status: 'ready', checks: { ledger: 'ok' } });
    expect((await app.inject('/livez')).statusCode).toBe(200);
  });

  test('metrics have rate, errors and durations of each route, by class of status and by code', async () => {
    const app = await newApp({ metricsOpen: true });
    const calls = [
      { url: '/patients/pat_a/devices', headers: as('ops') },
      { url: '/patients/pat_b/devices?limit=3', headers: as('ops') },
      { url: '/patients/pat_a/devices?limit=much', headers: as('ops') },
      { url: '/gone', headers: as('ops') },
      { url: '/broken', headers: as('ops') },
      { url: '/nowhere/at/all' },
    ];
    for (const call of calls) await app.inject({ method: 'GET', ...call });
    const { body } = await app.inject('/metrics');
    const sampleOf = (name: string, labels: string) =>
      body
        .split('\n')
        .find((line) => line.startsWith(`${name}{`) && line.includes(labels))
        ?.split(' ')[1];
    const count = (route: string, status: string) =>
      sampleOf('http_request_duration_seconds_count', `method="GET",route="${route}",status="${status}"`);
    const problem = (route: string, code: string) =>
      sampleOf('http_request_problems_total', `method="GET",route="${route}",code="${code}"`);
    expect(count('/patients/:patientId/devices', '2xx')).toBe('2');
    expect(count('/patients/:patientId/devices', '4xx')).toBe('1');
    expect(problem('/patients/:patientId/devices', 'VALIDATION_FAILED')).toBe('1');
    expect([count('/gone', '4xx'), problem('/gone', 'RECORD_GONE')]).toEqual(['1', '1']);
    expect([count('/broken', '5xx'), problem('/broken', 'INTERNAL_ERROR')]).toEqual(['1', '1']);
    expect([count('none', '4xx'), problem('none', 'NOT_FOUND')]).toEqual(['1', '1']);
    const slowest = sampleOf(
      'http_request_duration_seconds_bucket',
      'method="GET",route="/gone",status="4xx"',
    );
    expect(slowest).toBeDefined();
  });

  test('metrics count requests by route pattern, never by path', async () => {
    const app = await newApp({ metricsOpen: true });
    await app.inject({ url: `/patients/${PATIENT}/devices`, headers: as('ops') });
    const { body } = await app.inject('/metrics');
    expect(body).toContain('route="/patients/:patientId/devices"');
    expect(body).not.toContain(PATIENT);
    expect(body).toContain('process_cpu_user_seconds_total');
  });

  test('a request that comes while the service stops is told to come again', async () => {
    const app = await newApp();
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    app.addHook('preClose', () => held);
    const url = await urlOf(app);
    const closing = app.close();
    try {
      await new Promise(setImmediate);
      const late = await fetch(`${url}/livez`);
      expect([late.status, late.headers.get('connection')]).toEqual([503, 'close']);
      expect(await late.json()).toMatchObject({ code: 'SHUTTING_DOWN' });
    } finally {
      release();
    }
    await closing;
  });

  test('openapi.json documents roles, security and problems', async () => {
    const app = await newApp();
    const document = (await app.inject('/openapi.json')).json();
    expect(document.openapi).toBe('3.1.0');
    expect(document.components.securitySchemes.bearer).toMatchObject({
      type: 'http',
      scheme: 'bearer',
      description: expect.stringContaining('role'),
    });
    expect(document.components.schemas.Problem.properties.code.enum).toContain('RECORD_GONE');
    const operation = document.paths['/patients/{patientId}/devices'].get;
    expect(operation.security).toEqual([{ bearer: [] }]);
    expect(operation.description).toContain('patient, ops');
    expect(operation.parameters.map((parameter: { name: string }) => parameter.name)).toEqual(
      expect.arrayContaining(['patientId', 'limit']),
    );
    expect(operation.responses.default.content['application/problem+json'].schema.$ref).toBe(
      '#/components/schemas/Problem',
    );
    expect(document.paths['/livez'].get.security).toEqual([]);
  });

  test('openapi.json names each operation, its group, and its problems by status', async () => {
    const app = await newApp();
    const document = (await app.inject('/openapi.json')).json();
    const list = document.paths['/patients/{patientId}/devices'].get;
    expect(list).toMatchObject({ operationId: 'listPatientDevices', tags: ['service'] });
    expect(document.tags.map(({ name }: { name: string }) => name)).toEqual(['service']);
    expect(list.responses['400'].description).toContain('`VALIDATION_FAILED`');
    expect(list.responses['401'].description).toContain('`UNAUTHENTICATED`');
    expect(list.responses['403'].description).toContain('`PATIENT_MISMATCH`');
    const gone = document.paths['/gone'].get.responses;
    expect(gone['410'].description).toBe('`RECORD_GONE`: The record was erased');
    expect(gone['400'].description).not.toContain('VALIDATION_FAILED');
    expect(gone).not.toHaveProperty('413');
    expect(Object.keys(document.paths['/echo'].post.responses)).toEqual(
      expect.arrayContaining(['400', '413', '415']),
    );
    expect(document.paths['/livez'].get.responses).not.toHaveProperty('401');
    // Unready, or stopping.
    expect(Object.keys(document.paths['/readyz'].get.responses['503'].content)).toEqual([
      'application/json',
      'application/problem+json',
      'application/fhir+json',
    ]);
  });

  test('a route that declares a code which no catalogue has is refused when it is registered', async () => {
    const app = await newApp();
    const config = requireRole('ops');
    expect(() =>
      app.get('/typo', { config, schema: { problems: ['RECORD_GNOE'] } }, async () => 'x'),
    ).toThrow(/RECORD_GNOE/);
  });
});
