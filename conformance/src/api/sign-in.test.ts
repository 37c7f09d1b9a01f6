import { createHmac, createPublicKey, generateKeyPairSync, type JsonWebKey } from 'node:crypto';
import { records } from '@careledger/contracts';
import { CALLBACK, TestIdentity } from '@careledger/identity/testing';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as client from 'openid-client';
import { until } from '../fixtures/services/until.js';
import { call } from '../fixtures/services/api-client.js';
import { LayersFixture } from '../fixtures/services/layers-fixture.js';
import { announced, copyGranted, granted } from '../fixtures/services/granted.js';
import type { TestHome } from '../fixtures/services/test-home.js';

const AUDIENCE = 'https://api.hospital.example';
const OTHER_AUDIENCE = 'https://api.lab.example';
const INSECURE = { execute: [client.allowInsecureRequests] };
const HODAK = {
  ...{ name: 'Dr. Mirela Hodak', role: 'practitioner' as const, person: 'staff-17' },
  ...{ profession: 'physician', unit: 'cardiology' },
} as const;

const stack = new AsyncDisposableStack();
let fixture: LayersFixture;
/** Of the hospital, of the laboratory, and one of the hospital whose tokens end after a second. */
let hospital: TestIdentity, lab: TestIdentity, brief: TestIdentity;
let home: TestHome;
let path: string;
const serviceKey = generateKeyPairSync('ec', { namedCurve: 'P-256' });

async function provider(more: object = {}): Promise<TestIdentity> {
  const identity = stack.use(
    await TestIdentity.open(AUDIENCE, { audiences: [AUDIENCE, OTHER_AUDIENCE], ...more }),
  );
  const jwk = { ...serviceKey.publicKey.export({ format: 'jwk' }), kid: 'key-1', alg: 'ES256' };
  identity.addClient({
    ...{ clientId: 'ward-system', name: 'Ward system', scopes: ['system/*.rs'], jwks: { keys: [jwk] } },
  });
  identity.addClient({
    ...{ clientId: 'chart', name: 'Chart', redirectUris: [CALLBACK] },
    scopes: ['patient/*.rs', 'user/*.rs'],
  });
  return identity;
}

const trusted = ({ issuer }: TestIdentity, more: object = {}) => ({
  ...{ issuer, audience: AUDIENCE, unknownPersons: 'provision', clockToleranceS: 0 },
  claims: {
    ...{ person: 'person', name: 'name', role: 'role', profession: 'profession', unit: 'unit' },
    patient: 'patient',
  },
  roles: [{ value: 'practitioner', role: 'practitioner' }],
  machines: [{ clientId: 'ward-system', role: 'practitioner', unit: 'cardiology' }],
  ...more,
});

beforeAll(async () => {
  hospital = await provider();
  lab = await provider();
  brief = await provider({ accessTokenS: 1 });
  await hospital.addUser('hodak', HODAK);
  await lab.addUser('hodak', HODAK);
  fixture = stack.use(
    await LayersFixture.start({
      issuers: [trusted(hospital), trusted(lab, { mspId: 'LabMSP' }), trusted(brief)],
    }),
  );
  home = await fixture.home();
  await granted(fixture, home);
  const stored = await announced(fixture, home, ['aut_hospital']);
  path = `/v1/records/${stored.recordId}?patientId=${home.patientId}`;
}, 180_000);
afterAll(() => stack.disposeAsync());

interface Asked {
  readonly scope?: string;
  readonly patientId?: string;
  readonly aud?: string;
}
/** The token of an app in which she signs in, by authorization code with PKCE. */
async function signedIn(
  identity: TestIdentity,
  { scope = 'openid user/*.rs', patientId, aud = AUDIENCE }: Asked = {},
) {
  const app = await client.discovery(new URL(identity.issuer), 'chart', undefined, client.None(), INSECURE);
  const pkceCodeVerifier = client.randomPKCECodeVerifier();
  const code_challenge = await client.calculatePKCECodeChallenge(pkceCodeVerifier);
  const url = client.buildAuthorizationUrl(app, {
    ...{ redirect_uri: CALLBACK, scope, aud, state: 'state' },
    ...{ code_challenge, code_challenge_method: 'S256' },
  });
  const back = await identity.signIn(url.href, 'hodak', patientId);
  const answer = await client.authorizationCodeGrant(app, back, { pkceCodeVerifier, expectedState: 'state' });
  return answer.access_token;
}

/** The token of a program, by its key. */
async function ofProgram(identity: TestIdentity, scope: string): Promise<string> {
  const key = await crypto.subtle.importKey(
    'jwk',
    serviceKey.privateKey.export({ format: 'jwk' }),
    { name: 'ECDSA', namedCurve: 'P-256' },
    false,
    ['sign'],
  );
  const byKey = client.PrivateKeyJwt({ key, kid: 'key-1' });
  const config = await client.discovery(new URL(identity.issuer), 'ward-system', undefined, byKey, INSECURE);
  return (await client.clientCredentialsGrant(config, { scope })).access_token;
}

const open = (token: string, url = path) =>
  call(fixture.authority(), { role: 'practitioner', token }, `GET ${url}`);
async function refusal(token: string, url = path): Promise<unknown[]> {
  const { status, body } = await open(token, url);
  return [status, body['code'], body['reason']];
}
/** Asks until the answer has this status: the ledger may have to hear of her first, and of a new key. */
const opened = (token: string, status = 200) =>
  until(
    () => open(token),
    (answer) => answer.status === status,
  );
const accesses = async () =>
  (await home.ledger.channel('cloud').evaluate(records, 'ListAccesses', { patientId: home.patientId })).rows;
async function registered(): Promise<Record<string, unknown>[]> {
  const { body } = await call(fixture.authority(), 'ops', 'GET /v1/practitioners');
  return body['practitioners'] as Record<string, unknown>[];
}

describe('sign-in by OpenID Connect', () => {
  test('a practitioner who signs in opens a record, and the access is on the ledger under her pseudonym', async () => {
    const token = await signedIn(hospital);
    const { body } = await opened(token);
    expect(body).toMatchObject({ resourceType: 'Bundle' });
    const [she, ...others] = await registered();
    expect(others).toEqual([]);
    expect(she).toMatchObject({
      ...{ role: 'physician', unit: 'cardiology', stage: 'active' },
      identity: { identifier: 'staff-17', name: 'Dr. Mirela Hodak' },
    });
    const rows = await accesses();
    expect(rows.at(-1)).toMatchObject({ practitionerId: she?.['practitionerId'], decision: 'permit' });
    expect(JSON.stringify(rows)).not.toMatch(/Hodak|staff-17/);
    const another = `${path}&practitionerId=prc_${'b'.repeat(32)}`;
    expect((await open(token, another)).body['code']).toBe('PRACTITIONER_UNKNOWN');
  });

  test('an app for one patient reads nothing of another, and no more than its scopes cover', async () => {
    const scope = 'openid launch/patient patient/*.rs';
    const own = await signedIn(hospital, { scope, patientId: home.patientId });
    expect((await opened(own)).body).toMatchObject({ resourceType: 'Bundle' });
    const other = await signedIn(hospital, { scope, patientId: `pat_${'a'.repeat(32)}` });
    expect(await refusal(other)).toEqual([403, 'SCOPE_INSUFFICIENT', undefined]);
    const reports = await signedIn(hospital, { scope: 'openid user/DiagnosticReport.rs' });
    expect(await refusal(reports)).toEqual([403, 'READ_REFUSED', 'SCOPE_INSUFFICIENT']);
    expect(await refusal(await signedIn(hospital, { scope: 'openid' }))).toEqual([
      ...[403, 'SCOPE_INSUFFICIENT', undefined],
    ]);
  });

  test('of everything in a copy, and of what lies beside something, a token is shown what its scopes cover', async () => {
    const other = await fixture.home();
    await copyGranted(fixture, other, 'cardiology');
    await announced(fixture, other, ['aut_hospital']);
    const everything = `/fhir/Patient/${other.patientId}/$everything`;
    const beside =
      `/fhir/Observation?patient=${other.patientId}&_include=Observation:device` +
      '&_include=Observation:subject&_revinclude=Provenance:target';
    const typesOf = async (token: string, url: string) => {
      const { status, body } = await open(token, url);
      const { entry = [] } = body as { entry?: { resource: { resourceType: string } }[] };
      return [status, ...new Set(entry.map(({ resource: { resourceType } }) => resourceType))].sort();
    };
    const all = await ofProgram(hospital, 'system/*.rs');
    const whole = await until(
      () => typesOf(all, everything),
      (types) => types.includes('Observation'),
    );
    expect(whole).toEqual([200, 'Device', 'Observation', 'Patient', 'Provenance']);
    expect(await typesOf(all, beside)).toEqual(whole);
    const observations = await ofProgram(hospital, 'system/Observation.rs');
    for (const url of [everything, beside])
      expect(await typesOf(observations, url)).toEqual([200, 'Observation']);

    const scope = 'openid launch/patient patient/*.rs';
    const ofAnother = await signedIn(hospital, { scope, patientId: home.patientId });
    const readsAlone = await ofProgram(hospital, 'system/Observation.r');
    for (const url of [everything, beside])
      for (const token of [ofAnother, readsAlone])
        expect(await open(token, url)).toMatchObject({
          ...{ status: 403, body: { issue: [{ details: { coding: [{ code: 'SCOPE_INSUFFICIENT' }] } }] } },
        });
  });

  test('a number of a patient whom a token is not for is one that nobody has', async () => {
    const { patientId } = home;
    const system = 'urn:oid:1.2.3';
    const numbers = [{ system, value: '4711' }];
    const given = await call(fixture.authority(), 'ops', `PUT /v1/patients/${patientId}/numbers`, {
      numbers,
    });
    expect(given.status).toBe(200);
    const paths = ['Patient?identifier=', 'Observation?patient.identifier='];
    /** What is answered of a number, without the link that repeats it. */
    const told = async (token: string, number: string) =>
      Promise.all(
        paths.map(async (path) => {
          const { status, body } = await open(token, `/fhir/${path}${system}|${number}&_total=accurate`);
          return [status, { ...body, link: [] }];
        }),
      );
    const nothing = { resourceType: 'Bundle', type: 'searchset', total: 0, link: [] };
    const everybody = await ofProgram(hospital, 'system/*.rs');
    expect(await told(everybody, '4711')).toMatchObject([
      [200, { total: 1, entry: [{ resource: { identifier: [{ value: patientId }, ...numbers] } }] }],
      [403, { resourceType: 'OperationOutcome' }],
    ]);
    const scope = 'openid launch/patient patient/*.rs';
    const ofAnother = await signedIn(hospital, { scope, patientId: `pat_${'a'.repeat(32)}` });
    const typeAlone = await ofProgram(hospital, 'system/Observation.rs');
    expect(await told(ofAnother, '4711')).toEqual(paths.map(() => [200, nothing]));
    for (const token of [ofAnother, typeAlone])
      expect(await told(token, '4711')).toEqual(await told(token, '4712'));
    const ofHers = await signedIn(hospital, { scope, patientId });
    expect((await told(ofHers, '4711'))[0]).toMatchObject([200, { total: 1 }]);
  });

  test('a program with a key of its own opens for its unit, in nobody’s name', async () => {
    expect((await open(await ofProgram(hospital, 'system/*.rs'))).status).toBe(200);
    expect((await accesses()).at(-1)).not.toHaveProperty('practitionerId');
    expect((await open(await ofProgram(hospital, 'system/*.rs'), `${path}&unit=billing`)).body['code']).toBe(
      'UNIT_MISMATCH',
    );
  });

  test('tokens for another service, of another organisation, and expired ones are refused', async () => {
    const elsewhere = await signedIn(hospital, { aud: OTHER_AUDIENCE });
    expect(await refusal(elsewhere)).toEqual([401, 'UNAUTHENTICATED', 'AUDIENCE_MISMATCH']);
    for (const token of [await signedIn(lab), await ofProgram(lab, 'system/*.rs')])
      expect(await refusal(token)).toEqual([401, 'UNAUTHENTICATED', 'ORGANISATION_MISMATCH']);
    const { body } = await opened(await ofProgram(brief, 'system/*.rs'), 401);
    expect(body['reason']).toBe('TOKEN_EXPIRED');
  });

  test('her token signed by nobody, or by the public key as a secret, is refused', async () => {
    const [, claims = '', signature = ''] = (await signedIn(hospital)).split('.');
    const { keys } = (await (await fetch(`${hospital.issuer}/jwks`)).json()) as { keys: JsonWebKey[] };
    const [key = {}] = keys;
    const pem = createPublicKey({ key, format: 'jwk' }).export({ type: 'spki', format: 'pem' });
    const head = (alg: string) => Buffer.from(JSON.stringify({ alg, kid: key['kid'] })).toString('base64url');
    const signed = `${head('HS256')}.${claims}`;
    const forged = `${signed}.${createHmac('sha256', pem).update(signed).digest('base64url')}`;
    for (const token of [`${head('none')}.${claims}.`, `${head('none')}.${claims}.${signature}`, forged])
      expect(await refusal(token)).toEqual([401, 'UNAUTHENTICATED', 'ALGORITHM_REFUSED']);
  });

  test('a new key of the issuer counts without a restart, beside the one before', async () => {
    const before = await signedIn(hospital);
    await hospital.rotateKey();
    const after = await signedIn(hospital);
    expect(after.split('.')[0]).not.toBe(before.split('.')[0]);
    await opened(after);
    await opened(before);
  });

  test('whoever is withdrawn is nobody, whatever the issuer says, and is not registered again', async () => {
    const token = await signedIn(hospital);
    const [she] = await registered();
    const one = `/v1/practitioners/${String(she?.['practitionerId'])}`;
    expect((await call(fixture.authority(), 'ops', `DELETE ${one}`)).status).toBe(200);
    expect(await refusal(token)).toEqual([403, 'PERSON_UNKNOWN', 'NOT_ACTIVE']);
    expect(await registered()).toHaveLength(1);
  });
});
