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
import { PASSPHRASE } from './gateway-rig.js';

const PATIENT = '/v1/patients/:patientId';
const own = ['patient'];
const ownOrOps = ['ops', 'patient'];
const ownOpsAuditor = ['auditor', 'ops', 'patient'];
const ownOrAuditor = ['auditor', 'patient'];
const ops = ['ops'];

/** Who may call what, written down once more on purpose: a route that changes its roles has to change here too. */
const EXPECTED: Readonly<Record<string, readonly string[]>> = {
  'POST /v1/patients': ops,
  'GET /v1/patients': ops,
  [`GET ${PATIENT}`]: ownOrOps,
  [`POST ${PATIENT}/tokens`]: ops,
  [`POST ${PATIENT}/pairing-codes`]: ownOrOps,
  [`GET ${PATIENT}/devices`]: ownOrOps,
  [`POST ${PATIENT}/devices/:deviceId/suspend`]: ownOrOps,
  [`POST ${PATIENT}/devices/:deviceId/resume`]: ownOrOps,
  [`POST ${PATIENT}/devices/:deviceId/revoke`]: ownOrOps,
  [`POST ${PATIENT}/devices/:deviceId/re-pair`]: ownOrOps,
  [`GET ${PATIENT}/readings`]: own,
  [`GET ${PATIENT}/chain`]: ownOpsAuditor,
  [`GET ${PATIENT}/chain/blocks`]: ownOpsAuditor,
  [`GET ${PATIENT}/chain/verify`]: ownOpsAuditor,
  [`POST ${PATIENT}/chain/verify`]: ownOpsAuditor,
  [`GET ${PATIENT}/proofs`]: own,
  [`GET ${PATIENT}/records`]: own,
  [`GET ${PATIENT}/records/:recordId`]: own,
  [`GET ${PATIENT}/grants`]: ownOrAuditor,
  [`POST ${PATIENT}/grants`]: own,
  [`POST ${PATIENT}/grants/:grantId/revoke`]: own,
  [`POST ${PATIENT}/grants/revoke-all`]: own,
  [`POST ${PATIENT}/revocations`]: own,
  [`GET ${PATIENT}/subscriptions`]: own,
  [`POST ${PATIENT}/subscriptions/:subscriptionId/approve`]: own,
  [`POST ${PATIENT}/subscriptions/:subscriptionId/reject`]: own,
  [`GET ${PATIENT}/accesses`]: ownOrAuditor,
  [`GET ${PATIENT}/visits`]: ownOrAuditor,
  [`POST ${PATIENT}/check-in`]: own,
  [`POST ${PATIENT}/flush`]: ownOrOps,
  'POST /v1/flush': ops,
  'GET /v1/outbox': ops,
  'GET /v1/statistics': ops,
  'POST /v1/attestations': ['ops', 'system'],
  'GET /metrics': ['ops', 'system'],
};
/** Open to all, or to devices with tokens of their own. */
const PUBLIC = [
  'GET /livez',
  'GET /readyz',
  'GET /openapi.json',
  'GET /problems/:code',
  'POST /v1/devices',
  'POST /v1/frames',
  'GET /v1/device/head',
];

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
