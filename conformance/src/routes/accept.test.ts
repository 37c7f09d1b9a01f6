import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { JudgedServices } from '../judges/judged-services.js';
import { walkOf, type WalkedRoute } from './walk.js';

const TIMEOUT_MS = 240_000;
const PROGRAMS = ['gateway', 'api', 'cloud'] as const;
/** No body: what the route does with a request that is fine is not what is asked here. */
const UNREADABLE = '{';

let services: JudgedServices;
beforeAll(async () => {
  services = await JudgedServices.start();
}, TIMEOUT_MS);
afterAll(() => services[Symbol.asyncDispose](), TIMEOUT_MS);

/** Carry a danger, or watch a service: whatever is accepted, they are answered. */
const NEVER_REFUSED = [
  'POST /v1/frames',
  'GET /v1/device/head',
  'POST /v1/emergency-notices',
  'GET /livez',
  'GET /readyz',
  'GET /metrics',
];
/** Of what each route answers with, by the document. */
const typesOf = ({ operation }: WalkedRoute): string[] =>
  Object.entries(operation.responses).flatMap(([status, { content = {} }]) =>
    status.startsWith('2') ? Object.keys(content) : [],
  );

/** Status, code and media type; of an answer that was fine, what it is does not matter. */
async function answerOf({ url, method, token }: WalkedRoute, accept?: string) {
  const response = await fetch(url, {
    method,
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(accept !== undefined && { accept }),
      ...(method !== 'GET' && { 'content-type': 'application/json' }),
    },
    ...(method !== 'GET' && { body: UNREADABLE }),
  });
  const type = response.headers.get('content-type')?.split(';')[0] ?? '';
  if (response.ok) {
    // A stream of events would not end.
    await response.body?.cancel();
    return { status: response.status, type };
  }
  const { code } = (await response.json()) as { code?: string };
  return { status: response.status, type, code };
}

const REFUSED = { status: 406, type: 'application/problem+json', code: 'NOT_ACCEPTABLE' };
/** Accept what no route has, or refuse what every route has. */
const UNACCEPTABLE = ['text/html', 'application/json;q=0', 'text/html, */*;q=0', 'image/png'];
/** Say nothing, or let everything through. */
const ANY = ['*/*;q=0.1', 'text/html;q=0.9, */*;q=0.1', 'json', ';;q=,,', ''];

test.each(PROGRAMS)(
  'every route of %s is 406 where it has nothing that Accept allows, and answers the rest as without it',
  async (program) => {
    const routes = await walkOf(services.of(program));
    const seen: unknown[] = [];
    const expected: unknown[] = [];
    const note = (route: WalkedRoute, accept: string, met: object, due: object): void => {
      seen.push([route.name, accept, met]);
      expected.push([route.name, accept, due]);
    };
    for (const route of routes) {
      const types = typesOf(route);
      const plain = await answerOf(route);
      if (plain.status === 200)
        expect([route.name, types]).toEqual([route.name, expect.arrayContaining([plain.type])]);
      const isRefused = types.length > 0 && !NEVER_REFUSED.includes(route.name);
      for (const accept of UNACCEPTABLE)
        note(route, accept, await answerOf(route, accept), isRefused ? REFUSED : plain);
      for (const accept of ANY) note(route, accept, await answerOf(route, accept), plain);
    }
    expect(seen).toEqual(expected);
  },
  TIMEOUT_MS,
);

test(
  'a record comes as the weightiest of what its reader accepts, and so does what is wrong with it',
  async () => {
    const routes = await walkOf(services.of('api'));
    const record = routes.find(({ name }) => name === 'GET /v1/records/{recordId}');
    if (record === undefined) throw new RangeError('No record is read');
    const typeOf = async (route: WalkedRoute, accept: string) => (await answerOf(route, accept)).type;
    const nobody = { ...record, token: 'a'.repeat(32) };
    for (const [accept, type, problem] of [
      [
        'application/fhir+json;q=0.5, application/json;q=0.4',
        'application/fhir+json',
        'application/fhir+json',
      ],
      ['application/fhir+json;q=0.4, application/json;q=0.5', 'application/json', 'application/problem+json'],
      ['application/fhir+json;q=0, */*;q=0.1', 'application/json', 'application/problem+json'],
      ['application/fhir+json; fhirVersion=4.0', 'application/fhir+json', 'application/fhir+json'],
      ['*/*', 'application/fhir+json', 'application/problem+json'],
    ] as const)
      expect([accept, await typeOf(record, accept), await typeOf(nobody, accept)]).toEqual([
        accept,
        type,
        problem,
      ]);
    const list = routes.find(({ name }) => name === 'GET /v1/visits');
    if (list === undefined) throw new RangeError('No visits are listed');
    expect(await answerOf(list, 'application/fhir+json;q=0.5, application/json;q=0.4')).toEqual({
      status: 200,
      type: 'application/json',
    });
    expect(await answerOf(list, 'application/fhir+json')).toMatchObject({
      status: 406,
      type: 'application/fhir+json',
    });
  },
  TIMEOUT_MS,
);
