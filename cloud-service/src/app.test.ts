import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdirSync, statSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger, loadConfig, type ServiceApp } from '@careledger/service-kit';
import { accessFaults, guardedRoutes, newApiTokens } from '@careledger/service-kit/testing';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { buildApp } from './app.js';
import { CloudConfig } from './config.js';
import { register } from './register.js';

const { tokens, entries } = newApiTokens(`pat_${'a'.repeat(32)}`);

let dir: string;
let app: ServiceApp;
let config: CloudConfig;
/** A service whose ledger is away: nothing listens at its peer. */
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'careledger-cloud-'));
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const peer = { endpoint: '127.0.0.1:9', tlsRoot: '-----BEGIN CERTIFICATE-----', serverName: 'peer' };
  const files = {
    'connection.json': JSON.stringify({ channels: { cloud: { organizations: { CloudAMSP: peer } } } }),
    'cert.pem': '-----BEGIN CERTIFICATE-----',
    'key.pem': privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    'config.json': JSON.stringify({
      providerId: 'prv_cloud-a',
      networkId: 'devnet',
      endpoint: 'http://127.0.0.1:1',
      dataDir: join(dir, 'data'),
      keyPassphrase: randomBytes(12).toString('hex'),
      ledger: {
        connectionFile: join(dir, 'connection.json'),
        mspId: 'CloudAMSP',
        certificateFile: join(dir, 'cert.pem'),
        privateKeyFile: join(dir, 'key.pem'),
      },
      auth: { tokens: entries },
    }),
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(dir, name), text);
  ({ config } = loadConfig({ schema: CloudConfig, file: join(dir, 'config.json'), env: {} }));
  // As somebody with the umask of most systems made it.
  mkdirSync(config.dataDir, { mode: 0o755 });
  app = await buildApp(config, createLogger('cloud', { level: 'silent' }));
  await app.ready();
});
afterAll(async () => {
  await app.close();
  await rm(dir, { recursive: true });
});

const inject = (method: string, url: string, token?: string) =>
  app.inject({
    method: method as 'GET',
    url: url.replaceAll(/:\w+/g, 'x'),
    ...(token !== undefined && { headers: { authorization: `Bearer ${token}` } }),
  });

// Which roles a route names is written down where every service is tried: `conformance/src/fixtures/services/routes.ts`.
describe('who may call a route', () => {
  test('every route refuses every role that it does not name, and whoever has no token', async () => {
    expect(await accessFaults(app, tokens)).toEqual([]);
  });

  test('a role that a route names is let through', async () => {
    for (const { method, url, roles } of guardedRoutes(app)) {
      for (const role of roles) {
        const { statusCode } = await inject(method, url, tokens[role as keyof typeof tokens]);
        expect([method, url, role, [401, 403].includes(statusCode)]).toEqual([method, url, role, false]);
      }
    }
  });
});

describe('bad input', () => {
  const junk = { statement: 'a.b.c', manifest: 'a.b.c', wrapSet: 'a.b.c', wraps: ['a..b.c.d'] };
  const path = `/v1/records/rec_${'a'.repeat(32)}/versions/1`;
  const put = (body: object) =>
    app.inject({
      method: 'PUT',
      url: path,
      headers: { authorization: `Bearer ${tokens.system}` },
      payload: body,
    });

  test('a version that is no statement changes nothing and says so', async () => {
    const answer = await put({ ...junk, ciphertext: 'AAAA' });
    expect([answer.statusCode, answer.json().code]).toEqual([422, 'STATEMENT_MALFORMED']);
  });

  test('a member too many is refused with its location', async () => {
    const answer = await put({ ...junk, ciphertext: 'AAAA', name: 'Jane' });
    expect(answer.json()).toMatchObject({ code: 'VALIDATION_FAILED', status: 400 });
  });
});

describe('while the ledger is away', () => {
  test('the service lives, and says that it is not ready', async () => {
    expect((await app.inject('/livez')).statusCode).toBe(200);
    expect((await app.inject('/readyz')).statusCode).toBe(503);
  });
});

test('another user of the host cannot open keys or store: serving and registering close the data folder', async () => {
  const permissions = (path: string) => statSync(path).mode & 0o777;
  expect(permissions(config.dataDir)).toBe(0o700);
  const registered = join(dir, 'registered');
  const nobody = { certificateFile: join(dir, 'none'), privateKeyFile: join(dir, 'none') };
  await expect(register({ ...config, dataDir: registered }, nobody)).rejects.toThrow('ENOENT');
  expect(permissions(registered)).toBe(0o700);
});
