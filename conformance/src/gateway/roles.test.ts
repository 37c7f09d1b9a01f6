import { mkdirSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PATIENTS_MSP } from '@careledger/domain';
import { buildApp, GatewayConfig, type GatewayApp } from '@careledger/gateway-service';
import { createLogger, listRoutes, type Role } from '@careledger/service-kit';
import { accessFaults } from '@careledger/service-kit/testing';
import {
  ProcessGroup,
  localConfig,
  localServices,
  newRoleTokens,
  startEmbeddedNetwork,
  systemToken,
} from '@careledger/supervisor';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Value } from 'typebox/value';
import { PASSPHRASE } from '../fixtures/services/gateway-fixture.js';
import { ROUTES, type Access } from '../fixtures/services/routes.js';

/** As a service's framework writes a path's parameters. */
const framed = (route: string) => route.replaceAll(/\{(\w+)\}/g, ':$1');
/** Who may call what, written down apart from the service: a route that changes its roles has to change there too. */
const EXPECTED = Object.fromEntries(
  Object.entries<Access>(ROUTES.gateway).flatMap(([route, access]) =>
    typeof access === 'string' ? [] : [[framed(route), [...access].sort()]],
  ),
);
/** Open to all, or to devices with tokens of their own. */
const PUBLIC = Object.entries<Access>(ROUTES.gateway)
  .filter(([, access]) => typeof access === 'string')
  .map(([route]) => framed(route));

let dir: string;
let processes: ProcessGroup;
let built: GatewayApp;
let config: GatewayConfig;
const tokens = new Map<Role, string>();

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'careledger-roles-'));
  processes = new ProcessGroup();
  const network = await startEmbeddedNetwork(processes, join(dir, 'network'), join(dir, 'logs'));
  const services = await localServices(network);
  const gateway = services.find(({ program }) => program === 'gateway');
  if (gateway === undefined) throw new RangeError('The network has no gateway.');
  const roleTokens = newRoleTokens([PATIENTS_MSP]);
  config = Value.Parse(
    GatewayConfig,
    Value.Default(GatewayConfig, {
      // No other service runs.
      ...localConfig({ ...gateway, tokens: roleTokens }, { network, dir, services }),
      scryptLogN: 10,
    }),
  );
  // As somebody with the umask of most systems made it.
  mkdirSync(config.dataDir, { mode: 0o755 });
  built = await buildApp(config, createLogger('gateway', { level: 'silent' }), (error) => {
    throw error;
  });
  for (const role of ['ops', 'practitioner', 'auditor'] as const) tokens.set(role, roleTokens[role]);
  tokens.set('system', systemToken(roleTokens, PATIENTS_MSP));
  const made = await built.app.inject({
    method: 'POST',
    url: '/v1/patients',
    headers: { authorization: `Bearer ${roleTokens.ops}` },
    payload: { passphrase: PASSPHRASE },
  });
  tokens.set('patient', (made.json() as { token: string }).token);
}, 120_000);

afterAll(async () => {
  await built.app.close();
  await processes.stop();
  await rm(dir, { recursive: true });
}, 30_000);

const routes = () => listRoutes(built.app).filter(({ method }) => method !== 'HEAD');

test('every route has the roles that it is meant to have, and no other route is there', () => {
  const found = routes()
    .filter((route) => !route.public)
    .map(({ method, url, roles }) => [`${method} ${url}`, [...roles].sort()]);
  expect(Object.fromEntries(found)).toEqual(EXPECTED);
  const open = routes().filter((route) => route.public);
  expect(open.map(({ method, url }) => `${method} ${url}`).sort()).toEqual([...PUBLIC].sort());
});

test('each route refuses whoever has no token, and each role that is not named', async () => {
  const { patientId } = built.gateway.core.patients.list()[0] ?? { patientId: '' };
  const pathOf = (url: string) =>
    url
      .replace(':patientId', patientId)
      .replace(':deviceId', `dev_${'a'.repeat(32)}`)
      .replace(':recordId', `rec_${'a'.repeat(32)}`)
      .replace(/:[a-zA-Z]+/, 'AAAAAAAAAAAAAAAAAAAAAA');
  expect(await accessFaults(built.app, Object.fromEntries(tokens), pathOf)).toEqual([]);
});

test('the device’s routes ask for the device’s own token', async () => {
  for (const [method, url] of [
    ['POST', '/v1/frames'],
    ['GET', '/v1/device/head'],
  ] as const) {
    const answer = await built.app.inject({
      method,
      url,
      headers: { authorization: `Bearer ${tokens.get('ops')}`, 'content-type': 'application/jose' },
      ...(method === 'POST' && { payload: 'x' }),
    });
    expect([url, answer.statusCode, JSON.parse(answer.body).code]).toEqual([
      url,
      401,
      'DEVICE_TOKEN_INVALID',
    ]);
  }
});

test('the description names every route', async () => {
  const { paths } = (await built.app.inject({ url: '/openapi.json' })).json() as {
    paths: Record<string, object>;
  };
  const described = Object.keys(paths).length;
  const distinct = new Set(routes().map(({ url }) => url)).size;
  expect(described).toBeGreaterThanOrEqual(distinct - 1);
});

test('another user of the host cannot open keys or store: the gateway closes its data folder', () => {
  expect(statSync(config.dataDir).mode & 0o777).toBe(0o700);
});
