import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { ServiceApp } from '@careledger/service-kit';
import { accessFaults, guardedRoutes, newApiTokens } from '@careledger/service-kit/testing';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { AwayApi } from '../testing/away-api.js';
import { FHIR_BASE } from './fhir/table.js';
import { register } from './register.js';

const { tokens, entries } = newApiTokens(`pat_${'a'.repeat(32)}`);

let api: AwayApi;
let app: ServiceApp;
beforeAll(async () => {
  api = await AwayApi.open({ auth: { tokens: entries } });
  app = api.app;
});
afterAll(() => api[Symbol.asyncDispose]());

const inject = (method: string, url: string, headers: Record<string, string> = {}) =>
  app.inject({ method: method as 'GET', url: url.replaceAll(/:\w+/g, 'x'), headers });

// Which roles a route names is written down where every service is tried: `conformance/src/fixtures/services/routes.ts`.
test('anybody is told the own public keys, also while the ledger is away', async () => {
  const answer = await app.inject({ method: 'GET', url: '/v1/keys' });
  expect(answer.statusCode).toBe(200);
  expect(answer.json()).toEqual({
    ...{ authorityId: 'aut_hospital', networkId: 'devnet', ledger: 'unknown' },
    signingKey: expect.stringMatching(/^[\w-]{43}$/),
    encryptionKey: expect.stringMatching(/^[\w-]{43}$/),
  });
});

describe('who may call a route', () => {
  test('every route refuses every role that it does not name, and whoever has no token', async () => {
    expect(await accessFaults(app, tokens)).toEqual([]);
  });

  test('a role that a route names is let through', async () => {
    for (const { method, url, roles } of guardedRoutes(app)) {
      // These answer by a stream, or by asking the ledger that is away here.
      if (!url.includes(':') || method === 'HEAD') continue;
      // Of FHIR's ids `x` is one, which nothing has.
      const due = method === 'GET' && url.startsWith(FHIR_BASE) ? 404 : 400;
      for (const role of roles) {
        const { statusCode } = await inject(method, url, {
          authorization: `Bearer ${tokens[role as keyof typeof tokens]}`,
        });
        expect([method, url, role, statusCode]).toEqual([method, url, role, due]);
      }
    }
  });
});

test('a service that speaks for another organisation does not get this one’s attestation', async () => {
  const answer = await app.inject({
    method: 'POST',
    url: '/v1/attestations',
    headers: { authorization: `Bearer ${tokens.system}` },
    payload: { channel: 'authorities', txId: 'a'.repeat(64) },
  });
  expect([answer.statusCode, answer.json().code]).toEqual([403, 'FORBIDDEN']);
});

test('a patient’s token relays that patient’s revocations alone', async () => {
  const statement = [
    { alg: 'EdDSA', typ: 'careledger.revoke-all+jws', kid: 'k'.repeat(43) },
    {
      ...{
        iss: `pat_${'b'.repeat(32)}`,
        aud: 'devnet',
        channels: ['cloud'],
        sid: `${'s'.repeat(21)}A`,
        iat: 1,
      },
      body: { policySeq: 1 },
    },
  ]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  const answer = await app.inject({
    method: 'POST',
    url: '/v1/revocations',
    headers: { authorization: `Bearer ${tokens.patient}` },
    payload: { statement: `${statement}.${'A'.repeat(86)}` },
  });
  expect([answer.statusCode, answer.json().code]).toEqual([403, 'PATIENT_MISMATCH']);
});

describe('resuming the stream of notices', () => {
  test.each([
    'abc',
    '',
    '1.5',
    '-1',
    '1e3',
    '0x10',
    ' 7 7',
    'Infinity',
    '9007199254740993',
    '00',
    '9'.repeat(200),
  ])('a Last-Event-ID %j, which is no id, is refused instead of replaying everything', async (id) => {
    const answer = await inject('GET', '/v1/notices', {
      authorization: `Bearer ${tokens.practitioner}`,
      'last-event-id': id,
    });
    expect([answer.statusCode, answer.json()]).toMatchObject([
      400,
      { code: 'VALIDATION_FAILED', errors: [{ in: 'headers', pointer: '/last-event-id' }] },
    ]);
  });

  test('a Last-Event-ID that is an id opens the stream', async () => {
    const url = await app.listen({ host: '127.0.0.1', port: 0 });
    const client = new AbortController();
    const response = await fetch(`${url}/v1/notices`, {
      headers: { authorization: `Bearer ${tokens.practitioner}`, 'last-event-id': '7' },
      signal: client.signal,
    });
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
    client.abort();
  });
});

describe('while the ledger is away', () => {
  test('the service lives, and says that it is not ready', async () => {
    expect((await app.inject('/livez')).statusCode).toBe(200);
    const ready = await app.inject('/readyz');
    expect([ready.statusCode, ready.json()]).toEqual([
      503,
      { status: 'unready', checks: { ledger: 'failed' } },
    ]);
  });

  test('what needs it is a problem that says so', async () => {
    const answer = await inject('GET', `/v1/patients/pat_${'a'.repeat(32)}/grants`, {
      authorization: `Bearer ${tokens.ops}`,
    });
    expect([answer.statusCode, answer.json().code]).toEqual([503, 'LEDGER_UNAVAILABLE']);
  });

  test('an emergency notice that is no statement is refused', async () => {
    const send = (payload: object) =>
      app.inject({
        method: 'POST',
        url: '/v1/emergency-notices',
        headers: { authorization: `Bearer ${tokens.system}` },
        payload,
      });
    expect((await send({ statement: 'a.b.c', ciphertext: 'AAAA' })).json()).toMatchObject({
      code: 'STATEMENT_MALFORMED',
    });
    expect((await send({ statement: 'a.b.c' })).json()).toMatchObject({ code: 'VALIDATION_FAILED' });
  });
});

test('another user of the host cannot open keys or store: serving and registering close the data folder', async () => {
  const permissions = (path: string) => statSync(path).mode & 0o777;
  expect(permissions(api.config.dataDir)).toBe(0o700);
  const registered = join(api.dir, 'registered');
  const nobody = { certificateFile: join(api.dir, 'none'), privateKeyFile: join(api.dir, 'none') };
  await expect(register({ ...api.config, dataDir: registered }, nobody)).rejects.toThrow('ENOENT');
  expect(permissions(registered)).toBe(0o700);
});
