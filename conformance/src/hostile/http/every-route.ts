import { randomBytes } from 'node:crypto';
import { randomId128 } from '@careledger/crypto';
import { PATIENTS_MSP } from '@careledger/domain';
import type { Role as TokenRole } from '@careledger/service-kit';
import { newToken, systemToken } from '@careledger/supervisor';
import { answersOf, type Role } from '../attempt.js';
import type { HttpKind, HttpTry } from './http-attempt.js';
import type { HttpCall, HttpFixture } from './http-fixture.js';
import {
  EVERY_ROUTE,
  GUARDED,
  GUARDED_ONE_OF_EACH,
  ONE_OF_EACH,
  takesForm,
  type Route,
  type ServiceName,
} from '../../fixtures/services/routes.js';

const ID = 'a'.repeat(32);
/** Whose tokens are tried at a service that did not issue them. */
const HOLDERS = ['gateway', 'hospital', 'lab', 'cloud-a', 'cloud-b'] as const;

/** A route's path with ids that nobody has, but for the patient's. */
const pathOf = ({ path }: Route, patientId = `pat_${ID}`): string =>
  path
    .replace('{patientId}', patientId)
    .replace('{deviceId}', `dev_${ID}`)
    .replace('{recordId}', `rec_${ID}`)
    .replace('{practitionerId}', `prc_${ID}`)
    .replace('{authorityId}', 'aut_hospital')
    .replace('{version}', '1')
    .replace('{code}', 'NOT_FOUND')
    .replace('{id}', ID)
    .replace('{vid}', '1')
    .replaceAll(/\{(?:delegationId|grantId|subscriptionId|visitId)\}/g, () => randomId128());

const nameOf = ({ service, method, path }: Route): string => `${service}: ${method} ${path}`;

/** The token of a role at a service; the patient's is the attacker's own. */
async function tokenOf(fixture: HttpFixture, service: ServiceName, role: TokenRole): Promise<string> {
  if (role === 'patient') return (await fixture.attacker()).token;
  if (role === 'delegate') throw new RangeError('A delegate’s token is handed out for a delegation');
  const { tokens } = fixture.service(service);
  return role === 'system' ? systemToken(tokens, PATIENTS_MSP) : tokens[role];
}

const withoutReason = (answer: string): string => answer.replace(/ \(.*\)$/, '');

/** Calls a route in several ways; what they came to. */
const each =
  (route: Route, ways: (fixture: HttpFixture) => Promise<readonly Partial<HttpCall>[]>): HttpTry['run'] =>
  async (fixture) => {
    const { service, method } = route;
    const answers = [];
    for (const way of await ways(fixture))
      answers.push(withoutReason(await fixture.send({ service, method, path: pathOf(route), ...way })));
    return answersOf(answers);
  };

const noToken: HttpKind = {
  id: 'no-token',
  role: 'thief',
  what: 'calls a route without a token, with one that nobody issued, as a user with a password, or with the token in the path',
  tries: GUARDED_ONE_OF_EACH.map((route) => ({
    name: nameOf(route),
    times: 4,
    answer: 'UNAUTHENTICATED',
    run: each(route, async (fixture) => [
      {},
      { token: newToken() },
      { headers: { authorization: `Basic ${randomBytes(12).toString('base64')}` } },
      { path: `${pathOf(route)}?access_token=${fixture.service(route.service).tokens.ops}` },
    ]),
  })),
};

const otherService: HttpKind = {
  id: 'token-of-another-service',
  role: 'thief',
  what: 'calls a route with tokens of the other services',
  tries: GUARDED_ONE_OF_EACH.map((route) => ({
    name: nameOf(route),
    times: (HOLDERS.length - 1) * 2,
    answer: 'UNAUTHENTICATED',
    run: each(route, async (fixture) =>
      HOLDERS.filter((holder) => holder !== route.service).flatMap((holder) => {
        const { ops, practitioner } = fixture.service(holder).tokens;
        return [{ token: ops }, { token: practitioner }];
      }),
    ),
  })),
};

/** As whom the holder of a role's token tries. */
const CALLERS: readonly (readonly [TokenRole, Role])[] = [
  ['patient', 'patient'],
  ['practitioner', 'authority'],
  ['system', 'relay'],
  ['ops', 'operator'],
  ['auditor', 'operator'],
];

const otherRoles: readonly HttpKind[] = CALLERS.map(([role, who]) => ({
  id: `role-${role}`,
  role: who,
  what: `calls routes that are not for the role of its token, \`${role}\``,
  tries: GUARDED.filter(
    ({ access, service }) => !access.includes(role) && (role !== 'patient' || service === 'gateway'),
  ).map((route) => ({
    name: nameOf(route),
    answer: 'FORBIDDEN',
    run: each(route, async (fixture) => [{ token: await tokenOf(fixture, route.service, role) }]),
  })),
}));

const OF_A_PATIENT = GUARDED.filter(
  ({ service, path, access }) =>
    service === 'gateway' && path.includes('{patientId}') && access.includes('patient'),
);

const otherPatient: HttpKind = {
  id: 'other-patient',
  role: 'patient',
  what: 'calls the routes of another patient of the same gateway',
  tries: OF_A_PATIENT.map((route) => ({
    name: nameOf(route),
    answer: 'PATIENT_MISMATCH',
    run: each(route, async (fixture) => {
      const [{ token }, { patient }] = [await fixture.attacker(), await fixture.victim()];
      return [{ token, path: pathOf(route, patient.patientId) }];
    }),
  })),
};

const replacedToken: HttpKind = {
  id: 'replaced-token',
  role: 'thief',
  what: 'calls a patient’s routes with a token that was replaced since',
  tries: OF_A_PATIENT.map((route) => ({
    name: nameOf(route),
    answer: 'UNAUTHENTICATED',
    run: each(route, async (fixture) => {
      const { patientId, token } = await fixture.once('replaced', async () => {
        const patient = await fixture.gateway.patient();
        await fixture.gateway.ok('POST', `/v1/patients/${patient.patientId}/tokens`);
        return patient;
      });
      return [{ token, path: pathOf(route, patientId) }];
    }),
  })),
};

const unknownPatient: HttpKind = {
  id: 'unknown-patient-of-gateway',
  role: 'operator',
  what: 'calls a patient’s routes for somebody whom the gateway does not know',
  tries: GUARDED.filter(
    ({ service, path, access }) =>
      service === 'gateway' &&
      path.includes('{patientId}') &&
      !path.includes('{deviceId}') &&
      access.includes('ops'),
  ).map((route) => ({
    name: nameOf(route),
    answer: 'PATIENT_NOT_FOUND',
    run: each(route, async (fixture) => [{ token: fixture.service('gateway').tokens.ops }]),
  })),
};

/** JSON that two readers could read differently, or that reaches into the language. */
const MALFORMED: readonly (string | Uint8Array)[] = [
  '{"patientId":"a","patientId":"b"}',
  '{"a":1,"\\u0061":2}',
  '{"__proto__":{"role":"ops"}}',
  '{"constructor":{"prototype":{"role":"ops"}}}',
  Buffer.from([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xff, 0x22, 0x7d]),
  `${'['.repeat(40)}${']'.repeat(40)}`,
  '{"a":1}{"b":2}',
];

/** Calls a route as somebody who may, in several ways; what they came to. */
const eachAllowed = (route: Route, ways: readonly Partial<HttpCall>[]): HttpTry['run'] =>
  each(route, async (fixture) => {
    const { access, service } = route;
    const token =
      typeof access === 'string' ? undefined : await tokenOf(fixture, service, tokenRoleAt(service, access));
    const { patientId } = await fixture.attacker();
    return ways.map((way) => ({ token, path: pathOf(route, patientId), ...way }));
  });

const UNSAFE = ONE_OF_EACH.filter(({ method }) => method !== 'GET');

const malformed: HttpKind = {
  id: 'malformed-json',
  role: 'relay',
  what: 'sends JSON that two readers could read differently: a name twice, bytes that are no UTF-8, too deep, a prototype',
  tries: UNSAFE.filter(({ path }) => path !== '/v1/frames').map((route) => ({
    name: nameOf(route),
    times: MALFORMED.length,
    answer: 'MALFORMED_BODY',
    run: eachAllowed(
      route,
      MALFORMED.map((body) => ({ body })),
    ),
  })),
};

/** What no route takes, however good it would be as JSON. */
const OTHER_TYPES = ['text/plain', 'application/x-www-form-urlencoded', 'application/xml', 'json'];
const otherTypesAt = (route: Route): string[] =>
  OTHER_TYPES.filter((type) => !takesForm(route) || !type.endsWith('urlencoded'));

const otherMediaType: HttpKind = {
  id: 'other-media-type',
  role: 'relay',
  what: 'sends what a browser’s form can send, or a type that the route does not take',
  tries: UNSAFE.map((route) => ({
    name: nameOf(route),
    times: otherTypesAt(route).length,
    answer: 'UNSUPPORTED_MEDIA_TYPE',
    run: eachAllowed(
      route,
      otherTypesAt(route).map((type) => ({ body: '{}', headers: { 'content-type': type } })),
    ),
  })),
};

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND'];
const methodsOf = ({ service, path }: Route): string[] =>
  EVERY_ROUTE.filter((other) => other.service === service && other.path === path).map(({ method }) => method);

const otherMethod: HttpKind = {
  id: 'other-method',
  role: 'relay',
  what: 'calls a path by methods that it does not have, with a token that is good for it',
  tries: ONE_OF_EACH.map((route) => {
    const others = METHODS.filter((method) => !methodsOf(route).includes(method));
    return {
      name: nameOf(route),
      times: others.length,
      answer: 'METHOD_NOT_ALLOWED',
      run: eachAllowed(
        route,
        others.map((method) => ({ method })),
      ),
    };
  }),
};

/** Escapes that say no character, in the path. */
const BAD_ESCAPES = ['%', '%zz', '%ff', '%c0%af'];

const badEscape: HttpKind = {
  id: 'bad-escape',
  role: 'relay',
  what: 'writes escapes into a path that say no character',
  tries: ONE_OF_EACH.map((route) => ({
    name: nameOf(route),
    times: BAD_ESCAPES.length,
    answer: 'MALFORMED_REQUEST',
    run: eachAllowed(
      route,
      BAD_ESCAPES.map((escape) => ({ path: `${pathOf(route)}${escape}` })),
    ),
  })),
};

/** A role that a route names and of which the fixture has a token: patients' are the gateway's alone. */
function tokenRoleAt(service: ServiceName, access: Route['access']): TokenRole {
  const named = access === 'public' || access === 'device' ? [] : access;
  const role = named.find((each) => each !== 'delegate' && (each !== 'patient' || service === 'gateway'));
  if (role === undefined) throw new RangeError('Nobody may call it.');
  return role;
}

/** Every route by everybody who may not call it, and with what nobody may send. */
export const everyRoute: readonly HttpKind[] = [
  noToken,
  otherService,
  replacedToken,
  ...otherRoles,
  otherPatient,
  unknownPatient,
  malformed,
  otherMediaType,
  otherMethod,
  badEscape,
];
