import { METHODS } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Type } from 'typebox';
import type { ServiceApp } from './service.js';
import { buildKit, urlOf } from '../../testing/kit-services.js';

let app: ServiceApp;
let port: number;
beforeAll(async () => {
  app = await buildKit();
  const config = { public: true } as const;
  app.get(
    '/things/:id',
    { config, schema: { querystring: Type.Object({ limit: Type.Integer({ default: 20 }) }) } },
    async (request) => ({ limit: request.query.limit }),
  );
  app.post('/things/all', { config }, async () => ({}));
  app.put('/things/:id', { config, schema: { body: Type.Object({ n: Type.Number() }) } }, async () => ({}));
  await urlOf(app);
  port = (app.server.address() as { port: number }).port;
});
afterAll(() => app.close());

interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Writes bytes as they are and reads what comes until the server closes the connection. */
async function exchange(bytes: string): Promise<RawAnswer> {
  const socket = connect(port, '127.0.0.1');
  socket.write(bytes);
  const [head = '', ...rest] = (await text(socket)).split('\r\n\r\n');
  const [line = '', ...fields] = head.split('\r\n');
  const headers = Object.fromEntries(
    fields.map((field) => [field.split(': ')[0]?.toLowerCase(), field.split(': ').slice(1).join(': ')]),
  );
  return { status: Number(line.split(' ')[1]), headers, body: rest.join('\r\n\r\n') };
}

const CLOSE = 'Host: x\r\nConnection: close\r\n';

describe('what an HTTP parser meets is answered as RFC 9457, and never with 500', () => {
  test.each([
    ['no HTTP at all', 'hello\r\n\r\n', 400, 'MALFORMED_REQUEST'],
    ['a method nobody knows', `BREW /things/1 HTTP/1.1\r\n${CLOSE}\r\n`, 400, 'MALFORMED_REQUEST'],
    ['a header without a colon', `GET /things/1 HTTP/1.1\r\n${CLOSE}x\r\n\r\n`, 400, 'MALFORMED_REQUEST'],
    [
      'two lengths',
      `PUT /things/1 HTTP/1.1\r\n${CLOSE}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab`,
      400,
      'MALFORMED_REQUEST',
    ],
    [
      'a transfer coding besides chunked',
      `PUT /things/1 HTTP/1.1\r\n${CLOSE}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`,
      400,
      'MALFORMED_REQUEST',
    ],
    ['no host', 'GET /things/1 HTTP/1.1\r\nConnection: close\r\n\r\n', 400, 'MALFORMED_REQUEST'],
    ['two hosts', `GET /things/1 HTTP/1.1\r\n${CLOSE}Host: y\r\n\r\n`, 400, 'MALFORMED_REQUEST'],
    [
      'headers of 64 kB',
      `GET /things/1 HTTP/1.1\r\n${CLOSE}x: ${'a'.repeat(65_536)}\r\n\r\n`,
      431,
      'HEADERS_TOO_LARGE',
    ],
    ['a bad escape', `GET /things/%zz HTTP/1.1\r\n${CLOSE}\r\n`, 400, 'MALFORMED_REQUEST'],
    ['half an escape', `GET /things/%e2%82 HTTP/1.1\r\n${CLOSE}\r\n`, 400, 'MALFORMED_REQUEST'],
    ['a parameter of 300', `GET /things/${'a'.repeat(300)} HTTP/1.1\r\n${CLOSE}\r\n`, 414, 'URI_TOO_LONG'],
    ['an expectation', `GET /things/1 HTTP/1.1\r\n${CLOSE}Expect: tea\r\n\r\n`, 417, 'EXPECTATION_FAILED'],
    ['CONNECT', `CONNECT x:1 HTTP/1.1\r\n${CLOSE}\r\n`, 405, 'METHOD_NOT_ALLOWED'],
  ])('%s', async (_name, bytes, status, code) => {
    const answer = await exchange(bytes);
    expect(answer.status).toBe(status);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(JSON.parse(answer.body)).toMatchObject({ type: `/problems/${code}`, status, code });
  });

  test('every method that Node knows has an answer that is no failure of ours, with and without a body', async () => {
    for (const method of METHODS)
      for (const body of ['', 'Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}'] as const) {
        const { status } = await exchange(`${method} /things/1 HTTP/1.1\r\n${CLOSE}${body || '\r\n'}`);
        // PUT is the one that has a route, which asks for another body.
        const expected = { GET: 200, HEAD: 200, PUT: 400 }[method] ?? 405;
        expect([method, status]).toEqual([method, expected]);
      }
  });

  test('HTTP/1.0 needs no host', async () => {
    expect(await exchange('GET /things/1 HTTP/1.0\r\n\r\n')).toMatchObject({ status: 200 });
  });

  test('a fixed word in the place of an id is a path of its own, with the methods that it has', async () => {
    const answer = await app.inject('/things/all');
    expect([answer.statusCode, answer.headers['allow']]).toEqual([405, 'POST']);
    expect((await app.inject({ method: 'POST', url: '/things/all' })).statusCode).toBe(200);
    expect((await app.inject('/things/other')).statusCode).toBe(200);
  });

  test('a method that a path lacks is 405 with what it has; a path that nobody has is 404', async () => {
    const lacking = await app.inject({ method: 'DELETE', url: '/things/1?limit=3' });
    expect([lacking.statusCode, lacking.headers['allow']]).toEqual([405, 'GET, HEAD, PUT']);
    expect(lacking.json()).toMatchObject({ code: 'METHOD_NOT_ALLOWED' });
    const unknown = await app.inject({ method: 'DELETE', url: '/nothings/1' });
    expect([unknown.statusCode, unknown.headers['allow']]).toEqual([404, undefined]);
  });
});

describe('what a request says is taken as it is declared', () => {
  test.each(['true', '0x1', '1e0', '1.5', '01', ' 1', '', '+1', '99999999999999999999'])(
    'the text %j is no integer',
    async (limit) => {
      const { statusCode } = await app.inject({ url: '/things/1', query: { limit } });
      expect(statusCode).toBe(400);
    },
  );

  test('text that spells an integer is one, and without it the default counts', async () => {
    const limitOf = async (url: string) => (await app.inject(url)).json();
    expect(await limitOf('/things/1?limit=-3')).toEqual({ limit: -3 });
    expect(await limitOf('/things/1')).toEqual({ limit: 20 });
    expect((await app.inject('/things/1?limit=1&limit=2')).statusCode).toBe(400);
  });

  test('JSON under another media type is 415', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/octet-stream', 'x']) {
      const put = { method: 'PUT', url: '/things/1', payload: '{"n":1}' } as const;
      const answer = await app.inject({ ...put, headers: { 'content-type': type } });
      expect([type, answer.statusCode, answer.json().code]).toEqual([type, 415, 'UNSUPPORTED_MEDIA_TYPE']);
    }
  });

  test('a body that is compressed, or says so, is 415 with what is taken; one of no coding is read', async () => {
    const put = (coding: string, payload: string | Buffer) =>
      app.inject({
        ...{ method: 'PUT', url: '/things/1', payload },
        headers: { 'content-type': 'application/json', 'content-encoding': coding },
      });
    for (const payload of [gzipSync('{"n":1}'), '{"n":1}']) {
      const answer = await put('gzip', payload);
      expect([answer.statusCode, answer.json().code]).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE']);
      expect(answer.headers['accept-encoding']).toBe('identity');
    }
    expect((await put('Identity', '{"n":1}')).statusCode).toBe(200);
  });

  test.each([
    ['application/fhir+json', 'application/fhir+json'],
    ['application/fhir+json;q=0', 'application/problem+json'],
    ['application/json, application/fhir+json;q=0.5', 'application/problem+json'],
    ['application/json;q=0.5, application/fhir+json', 'application/fhir+json'],
    [
      'application/json;q=0.4, application/fhir+json; fhirVersion=4.0; charset=UTF-8',
      'application/fhir+json',
    ],
    ['application/*', 'application/problem+json'],
    ['*/*', 'application/problem+json'],
    ['text/html', 'application/problem+json'],
  ])('who accepts %s gets errors as %s', async (accept, type) => {
    const { headers } = await app.inject({ url: '/nothing', headers: { accept } });
    expect(headers['content-type']).toMatch(type);
  });

  test('openapi.json lets out what has a default, and describes every member of a problem', async () => {
    const document = (await app.inject('/openapi.json')).json();
    const [limit] = document.paths['/things/{id}'].get.parameters.filter(
      (parameter: { name: string }) => parameter.name === 'limit',
    );
    expect(limit).toMatchObject({ required: false, schema: { type: 'integer', default: 20 } });
    expect(Object.keys(document.components.schemas.Problem.properties)).toEqual(
      expect.arrayContaining(['errors', 'reason', 'retryAfterS']),
    );
  });
});
