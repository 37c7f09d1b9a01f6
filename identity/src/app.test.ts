import { hash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createLocalJWKSet, decodeJwt, exportJWK, generateKeyPair, jwtVerify, type CryptoKey } from 'jose';
import * as client from 'openid-client';
import { FormBrowser } from '@careledger/service-kit/form-browser';
import { CALLBACK, TestIdentity } from '../testing/test-identity.js';

const AUDIENCE = 'https://api.hospital.example';
const PATIENT = `pat_${'a'.repeat(32)}`;
const EHR_TOKEN = randomBytes(16).toString('hex');
const INSECURE = { execute: [client.allowInsecureRequests] };

let identity: TestIdentity;
let app: client.Configuration;
let service: { readonly key: CryptoKey; readonly jwk: object };
beforeAll(async () => {
  identity = await TestIdentity.open(AUDIENCE, {
    auth: { tokens: [{ sha256: hash('sha256', EHR_TOKEN), role: 'system', mspId: 'HospitalMSP' }] },
  });
  await identity.addUser('hodak', {
    ...{ name: 'Dr. Mirela Hodak', role: 'practitioner', person: 'staff-17' },
    ...{ profession: 'physician', unit: 'ward' },
  });
  await identity.addUser('it', { name: 'IT', role: 'ops', person: 'staff-1' });
  identity.addClient({
    ...{ clientId: 'growth-chart', name: 'Growth <Chart>', redirectUris: [CALLBACK] },
    scopes: ['patient/*.rs', 'user/*.rs', 'careledger/ops'],
  });
  const { privateKey, publicKey } = await generateKeyPair('ES384', { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid: 'service-1', alg: 'ES384' };
  service = { key: privateKey, jwk };
  identity.addClient({
    ...{ clientId: 'ward-system', name: 'Ward system', jwks: { keys: [jwk] }, scopes: ['system/*.rs'] },
  });
  app = await client.discovery(new URL(identity.issuer), 'growth-chart', undefined, client.None(), INSECURE);
});
afterAll(() => identity[Symbol.asyncDispose]());

interface Asked {
  readonly scope: string;
  readonly more?: Readonly<Record<string, string>>;
}
async function started({ scope, more = {} }: Asked) {
  const verifier = client.randomPKCECodeVerifier();
  const parameters = {
    ...{ redirect_uri: CALLBACK, scope, aud: AUDIENCE, state: 'state-of-the-app' },
    ...{ code_challenge: await client.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256' },
    ...more,
  };
  return { verifier, url: client.buildAuthorizationUrl(app, parameters).href };
}
async function signedIn(asked: Asked, username = 'hodak', patientId?: string) {
  const { verifier, url } = await started(asked);
  const back = await identity.signIn(url, username, patientId);
  return client.authorizationCodeGrant(app, back, {
    ...{ pkceCodeVerifier: verifier, expectedState: 'state-of-the-app' },
  });
}
const claimsOf = (token: string) => decodeJwt<Record<string, unknown>>(token);
const scopesOf = (text: string | undefined): string[] => (text ?? '').split(' ').sort();

describe('an app in which a practitioner signs in', () => {
  test('gets a token for the service that it names, which says who, for whom and what for', async () => {
    const scope = 'openid fhirUser launch/patient offline_access patient/Observation.rs?category=laboratory';
    const answer = await signedIn({ scope }, 'hodak', PATIENT);
    expect(answer['patient']).toBe(PATIENT);
    expect(scopesOf(answer.scope)).toEqual(scopesOf(scope));
    expect(answer.claims()).toMatchObject({ fhirUser: 'Practitioner/staff-17' });
    expect(claimsOf(answer.access_token)).toMatchObject({
      ...{ iss: identity.issuer, aud: AUDIENCE, client_id: 'growth-chart', patient: PATIENT },
      ...{ name: 'Dr. Mirela Hodak', role: 'practitioner', person: 'staff-17', profession: 'physician' },
      ...{ unit: 'ward', scope: 'patient/Observation.rs?category=laboratory' },
    });
    const refreshed = await client.refreshTokenGrant(app, answer.refresh_token ?? '');
    expect(refreshed['patient']).toBe(PATIENT);
    expect(claimsOf(refreshed.access_token)).toMatchObject({
      ...{ patient: PATIENT, scope: 'patient/Observation.rs?category=laboratory' },
    });
    await client.tokenRevocation(app, refreshed.refresh_token ?? '');
    await expect(client.refreshTokenGrant(app, refreshed.refresh_token ?? '')).rejects.toMatchObject({
      error: 'invalid_grant',
    });
  });

  test('without a secret refreshes by its token alone, and no other client by it', async () => {
    const refresh = async (parameters: Record<string, string>) => {
      const body = new URLSearchParams({ grant_type: 'refresh_token', ...parameters });
      const answer = await fetch(`${identity.issuer}/token`, { method: 'POST', body });
      return { status: answer.status, body: (await answer.json()) as Record<string, string> };
    };
    const { refresh_token: first = '' } = await signedIn({ scope: 'openid offline_access user/*.rs' });
    const { status, body } = await refresh({ refresh_token: first });
    expect([status, claimsOf(body['access_token'] ?? '')['client_id']]).toEqual([200, 'growth-chart']);
    const second = body['refresh_token'] ?? '';
    const stranger = await refresh({ refresh_token: second, client_id: 'ward-system' });
    expect([stranger.status, stranger.body['error']]).toEqual([401, 'invalid_client']);
    expect((await refresh({ refresh_token: 'guessed' })).body['error']).toBe('invalid_request');
    // One that was used before ends what was made with it since.
    expect((await refresh({ refresh_token: first })).body['error']).toBe('invalid_grant');
    expect((await refresh({ refresh_token: second })).body['error']).toBe('invalid_request');
  });

  test('gets nothing that it was not registered for, that nobody understands, or that her role has not', async () => {
    const scope =
      'openid user/Observation.rs user/Observation.cruds system/*.rs user/Observation.rs?code=1 patient/x careledger/ops';
    const answer = await signedIn({ scope });
    expect(claimsOf(answer.access_token)['scope']).toBe('user/Observation.rs');
    expect(scopesOf(answer.scope)).toEqual(['openid', 'user/Observation.rs']);
    expect(answer.refresh_token).toBeUndefined();
    const operator = await signedIn({ scope: 'openid user/*.rs careledger/ops' }, 'it');
    expect(claimsOf(operator.access_token)).toMatchObject({ role: 'ops', scope: 'careledger/ops' });
  });

  test('that another program launches is for the patient of the launch, once', async () => {
    const made = await fetch(`${identity.issuer}/v1/launches`, {
      ...{ method: 'POST', body: JSON.stringify({ patientId: PATIENT }) },
      headers: { authorization: `Bearer ${EHR_TOKEN}`, 'content-type': 'application/json' },
    });
    const { launch } = (await made.json()) as { launch: string };
    const asked = { scope: 'openid launch patient/*.rs', more: { launch } };
    const first = await signedIn(asked);
    expect([first['patient'], claimsOf(first.access_token)['patient']]).toEqual([PATIENT, PATIENT]);
    expect(claimsOf((await signedIn(asked)).access_token)).not.toHaveProperty('patient');
  });

  test('may name the base of FHIR of a service, which is the service; what only begins like it is none', async () => {
    const below = await signedIn({ scope: 'openid user/*.rs', more: { aud: `${AUDIENCE}/fhir` } });
    expect(claimsOf(below.access_token)['aud']).toBe(AUDIENCE);
    const elsewhere = await started({ scope: 'openid', more: { aud: `${AUDIENCE}.evil.example/fhir` } });
    const refused = await new FormBrowser().open(elsewhere.url, CALLBACK);
    expect(refused.url).toContain('error=invalid_target');
  });

  test('gets no code without PKCE, for another service, or where it is not at home', async () => {
    const without = await started({ scope: 'openid', more: { code_challenge: '' } });
    const browser = new FormBrowser();
    expect((await browser.open(without.url, CALLBACK)).url).toContain('error=invalid_request');
    const elsewhere = await started({ scope: 'openid', more: { aud: 'https://api.lab.example' } });
    expect((await browser.open(elsewhere.url, CALLBACK)).url).toContain('error=invalid_target');
    const stranger = await started({ scope: 'openid', more: { redirect_uri: 'https://evil.example' } });
    const page = await browser.open(stranger.url, CALLBACK);
    expect([page.status, page.text.includes('invalid_redirect_uri')]).toEqual([400, true]);
  });

  test('a code is good once, with its own verifier', async () => {
    const { verifier, url } = await started({ scope: 'openid user/*.rs' });
    const back = await identity.signIn(url, 'hodak');
    const exchange = (pkceCodeVerifier: string) =>
      client.authorizationCodeGrant(app, back, { pkceCodeVerifier, expectedState: 'state-of-the-app' });
    await expect(exchange(client.randomPKCECodeVerifier())).rejects.toMatchObject({ error: 'invalid_grant' });
    await exchange(verifier);
    await expect(exchange(verifier)).rejects.toMatchObject({ error: 'invalid_grant' });
  });

  test('a wrong password shows the form again, escaped, and guesses have to wait', async () => {
    const { url } = await started({ scope: 'openid' });
    const browser = new FormBrowser();
    let page = await browser.open(url, CALLBACK);
    expect(page.text).toContain('Growth &lt;Chart&gt;');
    const statuses: number[] = [];
    // On a slow machine the first waits are over before the next try, and the later ones are longer.
    for (let n = 0; n < 12 && page.status !== 429; n += 1) {
      page = await browser.send(page, '/login', { username: 'guessed', password: `guess-${n}` }, CALLBACK);
      statuses.push(page.status);
    }
    expect(statuses.slice(0, 5)).toEqual([401, 401, 401, 401, 401]);
    expect(statuses.at(-1)).toBe(429);
    const away = await browser.send(page, '/abort', {}, CALLBACK);
    expect(away.url).toContain('error=access_denied');
  });

  test('guesses that come at once are counted each', async () => {
    const { url } = await started({ scope: 'openid' });
    const browser = new FormBrowser();
    const page = await browser.open(url, CALLBACK);
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, n) =>
        browser.send(page, '/login', { username: 'flooded', password: `guess-${n}` }, CALLBACK),
      ),
    );
    const looked = answers.filter(({ status }) => status === 401).length;
    expect(looked).toBeGreaterThanOrEqual(5);
    // On a slow machine the first wait may be over before the last has come.
    expect(looked).toBeLessThan(9);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(12 - looked);
  });

  test('in a browser that another has left, whoever sits there signs in, and as herself', async () => {
    const browser = new FormBrowser();
    const first = await started({ scope: 'openid user/*.rs' });
    await identity.signIn(first.url, 'hodak', undefined, browser);
    const second = await started({ scope: 'openid user/*.rs careledger/ops' });
    const page = await browser.open(second.url, CALLBACK);
    expect(page.text).toContain('name="password"');
    const back = await identity.signIn(second.url, 'it', undefined, browser);
    const answer = await client.authorizationCodeGrant(app, back, {
      ...{ pkceCodeVerifier: second.verifier, expectedState: 'state-of-the-app' },
    });
    expect(claimsOf(answer.access_token)['role']).toBe('ops');
  });

  test('whoever is disabled signs in no more, and refreshes nothing', async () => {
    await identity.addUser('leaving', { name: 'Leaving', role: 'practitioner', person: 'staff-99' });
    const { refresh_token: refresh = '' } = await signedIn(
      { scope: 'openid offline_access user/*.rs' },
      'leaving',
    );
    identity.disableUser('leaving');
    await expect(client.refreshTokenGrant(app, refresh)).rejects.toMatchObject({ error: 'invalid_grant' });
    await expect(signedIn({ scope: 'openid' }, 'leaving')).rejects.toThrow(/no form \/consent/);
  });
});

describe('a service in its own name', () => {
  const asked = (key: CryptoKey, parameters: Record<string, string>) =>
    client
      .discovery(
        new URL(identity.issuer),
        'ward-system',
        undefined,
        client.PrivateKeyJwt({ key, kid: 'service-1' }),
        INSECURE,
      )
      .then((config) => client.clientCredentialsGrant(config, parameters));

  test('proves itself by its key, and gets what it was registered for', async () => {
    const { access_token: token } = await asked(service.key, {
      scope: 'system/*.rs system/*.cruds user/*.rs',
    });
    expect(claimsOf(token)).toMatchObject({
      ...{ sub: 'ward-system', client_id: 'ward-system', aud: AUDIENCE, scope: 'system/*.rs' },
    });
    expect(claimsOf(token)).not.toHaveProperty('role');
  });

  test('is nobody with another key, and nobody as an app', async () => {
    const { privateKey } = await generateKeyPair('ES384');
    await expect(asked(privateKey, { scope: 'system/*.rs' })).rejects.toMatchObject({
      error: 'invalid_client',
    });
    await expect(client.clientCredentialsGrant(app, { scope: 'system/*.rs' })).rejects.toMatchObject({
      error: 'invalid_request',
    });
  });
});

test('a new key signs, and tokens of the one before still verify', async () => {
  const before = (await signedIn({ scope: 'openid user/*.rs' })).access_token;
  await identity.rotateKey();
  const after = (await signedIn({ scope: 'openid user/*.rs' })).access_token;
  const keys = (await (await fetch(`${identity.issuer}/jwks`)).json()) as { keys: object[] };
  const find = createLocalJWKSet(keys as never);
  const [{ protectedHeader: old }, { protectedHeader: now }] = [
    await jwtVerify(before, find, { audience: AUDIENCE }),
    await jwtVerify(after, find, { audience: AUDIENCE }),
  ];
  expect(now.kid).not.toBe(old.kid);
  expect(JSON.stringify(keys)).not.toContain('"d":');
});

test('what apps and monitoring look at is there', async () => {
  const get = async (path: string) => {
    const answer = await fetch(`${identity.issuer}${path}`);
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };
  expect((await get('/.well-known/smart-configuration')).body).toMatchObject({
    authorization_endpoint: `${identity.issuer}/auth`,
    capabilities: expect.arrayContaining(['launch-standalone', 'permission-v2']),
  });
  expect((await get('/readyz')).body).toEqual({ status: 'ready', checks: { store: 'ok' } });
  expect((await get('/metrics')).status).toBe(401);
  expect((await get('/.well-known/openid-configuration')).body['issuer']).toBe(identity.issuer);
});
