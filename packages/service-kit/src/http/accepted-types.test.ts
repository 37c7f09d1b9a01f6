import { afterEach, describe, expect, test } from '@jest/globals';
import { Type } from 'typebox';
import { KitServices } from '../../testing/kit-services.js';
import { FHIR_JSON } from './media-types.js';
import type { ServiceApp } from './service.js';

const services = new KitServices();
afterEach(() => services.close());

/** Routes that answer with JSON, with one of two types, with nothing, and one that carries a danger. */
async function newApp(): Promise<{ readonly app: ServiceApp; readonly done: string[] }> {
  const app = await services.open();
  const done: string[] = [];
  const config = { public: true } as const;
  const schema = { response: { 200: Type.Object({}) } };
  app.post('/thing', { config, schema }, async () => {
    done.push('thing');
    return {};
  });
  const two = { 200: { content: { [FHIR_JSON]: { schema: {} }, 'application/json': { schema: {} } } } };
  app.get('/two', { config, schema: { response: two } }, async (request, reply) =>
    reply.type(request.answerType).serializer(String).send('{}'),
  );
  app.post('/nothing', { config, schema: { response: { 204: Type.Null() } } }, async (_request, reply) =>
    reply.code(204).send(null),
  );
  app.post('/danger', { config: { ...config, rateLimit: false }, schema }, async () => ({}));
  return { app, done };
}

describe('by Accept, a route', () => {
  test.each([
    [undefined, 200],
    ['', 200],
    ['application/json', 200],
    ['application/json; charset=UTF-8', 200],
    ['application/*;q=0.5', 200],
    ['*/*;q=0.1', 200],
    ['text/html, */*;q=0.1', 200],
    ['APPLICATION/JSON', 200],
    ['json', 200],
    [';;q=,,', 200],
    ['application/json;q=0', 406],
    ['*/*, application/json;q=0', 406],
    ['*/*;q=0', 406],
    ['text/html', 406],
    ['application/problem+json', 406],
    ['application/fhir+json', 406],
    ['application/json;q=much', 406],
    ['application/json;version=2', 406],
  ])('that answers with JSON, who accepts %j, is %i', async (accept, status) => {
    const { app, done } = await newApp();
    const headers = accept === undefined ? {} : { accept };
    const answer = await app.inject({ method: 'POST', url: '/thing', headers });
    expect(answer.statusCode).toBe(status);
    // A refusal has no effect.
    expect(done).toEqual(status === 200 ? ['thing'] : []);
    if (status !== 406) return;
    const { issue = [], ...problem } = answer.json();
    expect(issue[0]?.details.coding[0].code ?? problem.code).toBe('NOT_ACCEPTABLE');
  });

  test('that refuses says in words what it has, and its description has the code', async () => {
    const { app } = await newApp();
    const answer = await app.inject({ url: '/two', headers: { accept: 'text/html' } });
    expect(answer.headers['content-type']).toMatch('application/problem+json');
    expect(answer.json()).toMatchObject({
      code: 'NOT_ACCEPTABLE',
      status: 406,
      detail: 'The answer is application/fhir+json or application/json: name it in Accept, or send no Accept',
    });
    const { paths } = (await app.inject('/openapi.json')).json();
    expect(paths['/two'].get.responses['406'].description).toMatch(/^`NOT_ACCEPTABLE`/);
    expect(paths['/nothing'].post.responses['406']).toBeUndefined();
    expect(paths['/danger'].post.responses['406']).toBeUndefined();
  });

  test.each([
    ['*/*', FHIR_JSON],
    ['application/json', 'application/json'],
    ['application/fhir+json;q=0.5, application/json;q=0.4', FHIR_JSON],
    ['application/fhir+json;q=0.4, application/json;q=0.5', 'application/json'],
    ['application/fhir+json;q=0, */*;q=0.1', 'application/json'],
    ['application/fhir+json; fhirVersion=4.0', FHIR_JSON],
  ])('that has two types, who accepts %s, answers with %s', async (accept, type) => {
    const { app } = await newApp();
    const { headers, statusCode } = await app.inject({ url: '/two', headers: { accept } });
    expect([statusCode, headers['vary']]).toEqual([200, 'accept']);
    expect(headers['content-type']).toMatch(type);
  });

  test('that answers with nothing, or carries a danger, or watches the service, is never 406', async () => {
    const { app } = await newApp();
    const statusOf = async (method: 'GET' | 'POST', url: string): Promise<number> =>
      (await app.inject({ method, url, headers: { accept: 'text/html' } })).statusCode;
    expect(await statusOf('POST', '/nothing')).toBe(204);
    expect(await statusOf('POST', '/danger')).toBe(200);
    expect(await statusOf('GET', '/livez')).toBe(200);
  });
});
