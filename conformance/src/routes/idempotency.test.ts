import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { OpenApiDocument } from '../docs/openapi-documents.js';
import { CloudFixture } from '../fixtures/providers/cloud-fixture.js';
import { requestAhead } from '../fixtures/providers/hasty-relay.js';
import { ProvidersFixture } from '../fixtures/providers/providers-fixture.js';
import { GatewayFixture, PASSPHRASE } from '../fixtures/services/gateway-fixture.js';
import { ProviderFixture } from '../hostile/provider/provider-fixture.js';
import { AUTHORITY_REQUESTS } from './authority-requests.js';
import { GATEWAY_REQUESTS, gatewayWorld, type GatewayWorld } from './gateway-requests.js';
import { PROVIDER_REQUESTS } from './provider-requests.js';
import { ONCE, repeat, type Repeatables } from './repeated.js';

const TIMEOUT_MS = 240_000;

/** Routes of a service that take a key, by its own description. */
async function takingKeys({ url }: { readonly url: string }): Promise<string[]> {
  const { paths } = (await (await fetch(new URL('/openapi.json', url))).json()) as OpenApiDocument;
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, { parameters = [] }]) => parameters.some(({ name }) => name === 'idempotency-key'))
      .map(([method]) => `${method.toUpperCase()} ${path}`),
  );
}

/** Tries every request of a table, one after another: some undo what others need. */
async function walk<World>(requests: Repeatables<World>, world: World): Promise<Record<string, unknown>> {
  const met: Record<string, unknown> = {};
  for (const [route, make] of Object.entries(requests)) met[route] = await repeat(route, await make(world));
  return met;
}

/** No clock is moved by a day here: `api/recovery.test.ts` sends it twice. */
const ELSEWHERE = ['POST /v1/patients/{patientId}/recoveries/{recoveryId}/take-over'];

const onceEach = (routes: readonly string[]) => Object.fromEntries(routes.map((route) => [route, ONCE]));

describe('a request that is sent twice under one key is answered as the first time, and done once; another one is refused', () => {
  let running: GatewayFixture | undefined;
  let world: GatewayWorld;
  beforeAll(async () => {
    running = await GatewayFixture.start();
    world = await gatewayWorld(running);
  }, TIMEOUT_MS);
  afterAll(() => running?.[Symbol.asyncDispose](), TIMEOUT_MS);

  test(
    'at every route of the gateway',
    async () => {
      const routes = await takingKeys(world.fixture.gateway);
      expect(routes).toEqual(expect.arrayContaining(ELSEWHERE));
      const here = routes.filter((route) => !ELSEWHERE.includes(route));
      expect(await walk(GATEWAY_REQUESTS, world)).toEqual(onceEach(here));
    },
    TIMEOUT_MS,
  );

  test(
    'at every route of an authority',
    async () => {
      const { patient, fixture } = world;
      const grant = {
        authorityId: 'aut_hospital',
        permissions: ['read', 'write', 'modify'],
        purposes: ['TREAT'],
      };
      await fixture.own(patient, 'POST', '/grants', { grant, passphrase: PASSPHRASE });
      const routes = await takingKeys(fixture.layers.authority());
      expect(await walk(AUTHORITY_REQUESTS, world)).toEqual(onceEach(routes));
    },
    TIMEOUT_MS,
  );
});

describe('a request that is sent twice under one key', () => {
  let providers: ProvidersFixture | undefined;
  afterAll(() => providers?.[Symbol.asyncDispose](), TIMEOUT_MS);

  test(
    'is done once at every route of a provider',
    async () => {
      providers = await ProvidersFixture.start();
      const { network, a } = providers;
      const cloud = new CloudFixture(() => providers as ProvidersFixture);
      const fixture = new ProviderFixture(cloud, (...ahead) => requestAhead(network, ...ahead));
      await fixture.register();
      expect(await walk(PROVIDER_REQUESTS, fixture)).toEqual(onceEach(await takingKeys(a)));
    },
    TIMEOUT_MS,
  );
});
