import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { GatewayFixture } from '../fixtures/services/gateway-fixture.js';
import { concurrently } from './concurrently.js';
import { HTTP_ATTEMPTS } from './http-attempts.js';
import { HttpFixture } from './http/http-fixture.js';
import { EVERY_ROUTE, SERVICES, takesForm } from '../fixtures/services/routes.js';

const TIMEOUT_MS = 240_000;
/** All attempts come from one address, within a minute on a quick machine: they are to meet what they try, not this limit. */
const ADDRESS_LIMIT = 'CARELEDGER_HTTP_RATE_LIMITS_ADDRESS_PER_MINUTE';

let running: GatewayFixture | undefined;
let fixture: HttpFixture;
beforeAll(async () => {
  process.env[ADDRESS_LIMIT] = '10000';
  running = await GatewayFixture.start({
    authorities: ['hospital', 'lab'],
    units: ['cardiology', 'billing'],
  });
  fixture = new HttpFixture(running);
}, TIMEOUT_MS);
afterAll(async () => {
  Reflect.deleteProperty(process.env, ADDRESS_LIMIT);
  await running?.[Symbol.asyncDispose]();
}, TIMEOUT_MS);

/** What a service's own description says of a route. */
interface Described {
  readonly description?: string;
  readonly security?: readonly object[];
}

/** The same in FHIR's way. */
interface DescribedType {
  readonly type: string;
  readonly interaction: readonly { readonly code: string; readonly documentation: string }[];
  readonly operation?: readonly { readonly name: string; readonly documentation: string }[];
}
/** Where an interaction is, as R4 has it. */
const FHIR_PATHS: Readonly<Record<string, string>> = {
  read: 'GET /fhir/{type}/{id}',
  vread: 'GET /fhir/{type}/{id}/_history/{vid}',
  'history-instance': 'GET /fhir/{type}/{id}/_history',
  create: 'POST /fhir/{type}',
  validate: 'POST /fhir/{type}/$validate',
  everything: 'GET /fhir/{type}/{id}/$everything',
  'search-type': 'GET /fhir/{type}',
  update: 'PUT /fhir/{type}/{id}',
  transaction: 'POST /fhir',
  batch: 'POST /fhir',
};

test.each(SERVICES)(
  'every route of %s is tried, by the roles that it names: a new one has to come here',
  async (service) => {
    const answer = await fetch(new URL('/openapi.json', fixture.service(service).url));
    const { paths } = (await answer.json()) as { paths: Record<string, Record<string, Described>> };
    const described = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods)
        .filter(([method]) => method !== 'head')
        .map(([method, { description = '', security = [] }]) => {
          const roles = /Roles: (.*)\.$/.exec(description)?.[1]?.split(', ') ?? [];
          const isForRoles = security.some((scheme) => 'bearer' in scheme);
          return [`${method.toUpperCase()} ${path}`, isForRoles ? roles.sort() : 'no role'];
        }),
    );
    const expected = EVERY_ROUTE.filter((route) => route.service === service && !route.isFhir).map(
      ({ method, path, access }) => [
        `${method} ${path}`,
        access === 'public' || access === 'device' ? 'no role' : [...access].sort(),
      ],
    );
    expect(Object.fromEntries(described)).toEqual(Object.fromEntries(expected));
  },
);

test('every interaction of the CapabilityStatement is tried, by the roles that it names', async () => {
  const answer = await fetch(new URL('/fhir/metadata', fixture.service('hospital').url));
  const { rest } = (await answer.json()) as {
    rest: { resource: DescribedType[]; interaction: DescribedType['interaction'] }[];
  };
  const described = rest.flatMap(({ resource, interaction: ofSystem }) =>
    [...resource, { type: '', interaction: ofSystem }].flatMap(({ type, interaction, operation = [] }) =>
      [...interaction, ...operation.map(({ name: code, ...more }) => ({ code, ...more }))].map(
        ({ code, documentation }) => [
          FHIR_PATHS[code]?.replace('{type}', type),
          // What it takes besides stands behind them.
          /^Roles: ([^.]*)/.exec(documentation)?.[1]?.split(', ').sort(),
        ],
      ),
    ),
  );
  const expected = EVERY_ROUTE.filter(({ access, isFhir }) => isFhir && typeof access !== 'string')
    // FHIR has one code for both ways to search.
    .filter((route) => !takesForm(route))
    .map(({ method, path, access }) => [`${method} ${path}`, [...access].sort()]);
  expect(Object.fromEntries(described)).toEqual(Object.fromEntries(expected));
});

test(
  'every attempt is answered as the list says',
  async () => {
    await Promise.all([fixture.attacker(), fixture.victim()]);
    const tries = HTTP_ATTEMPTS.flatMap(({ id, tries }) =>
      tries.map((each) => ({ key: `${id}: ${each.name}`, ...each })),
    );
    const answers = await concurrently(tries, async ({ key, run }) => [key, await run(fixture)]);
    expect(Object.fromEntries(answers)).toEqual(
      Object.fromEntries(tries.map(({ key, answer }) => [key, answer])),
    );
  },
  TIMEOUT_MS,
);
