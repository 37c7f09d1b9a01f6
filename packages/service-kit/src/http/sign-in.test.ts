import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { exportSPKI, importJWK, type CryptoKey, type JWTPayload } from 'jose';
import { Type } from 'typebox';
import { KitServices } from '../../testing/kit-services.js';
import { TestIssuer, newIssuerKey } from '../../testing/test-issuer.js';
import type { IssuerConfig } from '../config/issuer-config.js';
import { IssuerKeys } from '../issuers/issuer-keys.js';
import { TrustedIssuers } from '../issuers/trusted-issuers.js';
import { principalOf, requireRole } from './auth.js';
import type { ServiceApp } from './service.js';

const PATIENT = 'pat_a';
const CLINICIAN: JWTPayload = { sub: 'staff-17', role: 'clinician', scope: 'openid user/*.rs' };

const services = new KitServices();
let issuer: TestIssuer;
beforeEach(async () => {
  issuer = await TestIssuer.open();
});
afterEach(async () => {
  await services.close();
  await issuer[Symbol.asyncDispose]();
});

async function open(...issuers: IssuerConfig[]): Promise<ServiceApp> {
  const app = await services.open({ issuers, mspId: 'HospitalMSP' });
  const anybody = requireRole('practitioner', 'ops', 'auditor', 'system');
  app.get('/who', { config: { ...anybody, scopedByContent: true } }, async (request) => {
    const { tokenSha256, mspId, name, role, signIn, unit } = principalOf(request);
    return { tokenSha256, mspId, name, role, unit, person: signIn?.person };
  });
  app.get('/own', { config: { ...anybody, isCallersOwn: true } }, async () => ({ own: true }));
  app.get('/all', { config: anybody }, async () => ({ all: true }));
  const params = Type.Object({ patientId: Type.String() });
  app.get('/patients/:patientId', { config: anybody, schema: { params } }, async () => ({ one: true }));
  app.post('/all', { config: anybody }, async () => ({ written: true }));
  await app.ready();
  return app;
}
const openDefault = (change: Partial<IssuerConfig> = {}): Promise<ServiceApp> =>
  open({ ...issuer.trusted('HospitalMSP'), ...change });

interface Answer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Readonly<Record<string, unknown>>;
}
async function ask(
  app: ServiceApp,
  token: string,
  url = '/who',
  method: 'GET' | 'POST' = 'GET',
): Promise<Answer> {
  const { statusCode, headers, json } = await app.inject({
    ...{ method, url },
    headers: { authorization: `Bearer ${token}` },
  });
  return { statusCode, headers, body: json() };
}
const refusal = async (app: ServiceApp, token: string, url?: string): Promise<unknown[]> => {
  const { statusCode, body } = await ask(app, token, url);
  return [statusCode, body['code'], body['reason']];
};
const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const nowS = (): number => Math.floor(Date.now() / 1_000);

describe('whom a token of an issuer stands for', () => {
  test('person, role and unit come from the claims; another token for the same is the same holder', async () => {
    const app = await openDefault();
    const claims = { ...CLINICIAN, name: 'Dr. Hodak', profession: 'physician', unit: 'ward' };
    const { body } = await ask(app, await issuer.sign(claims));
    expect(body).toEqual({
      ...{ role: 'practitioner', mspId: 'HospitalMSP', name: 'Dr. Hodak', unit: 'ward' },
      tokenSha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      person: { identifier: 'staff-17', name: 'Dr. Hodak', profession: 'physician', ifUnknown: 'refuse' },
    });
    const refreshed = await ask(app, await issuer.sign({ ...claims, jti: 'another' }));
    expect(refreshed.body['tokenSha256']).toBe(body['tokenSha256']);
    const narrower = await ask(app, await issuer.sign({ ...claims, scope: 'user/Observation.rs' }));
    expect(narrower.body['tokenSha256']).not.toBe(body['tokenSha256']);
  });

  test('a program is what the configuration says, whatever its token claims', async () => {
    const app = await openDefault();
    const claims = { sub: 'ward-system', client_id: 'ward-system', role: 'operator', unit: 'other' };
    const { body } = await ask(app, await issuer.sign({ ...claims, scope: 'system/*.rs' }));
    expect(body).toMatchObject({ role: 'practitioner', unit: 'ward', name: 'ward-system' });
    expect(body['person']).toBeUndefined();
  });

  test('a person who comes by way of a program is refused where persons have a claim of their own', async () => {
    const trusted = issuer.trusted('HospitalMSP');
    const app = await open({ ...trusted, claims: { ...trusted.claims, person: 'staff' } });
    const claims = { sub: 'x', azp: 'ward-system', staff: 'staff-17', scope: 'system/*.rs' };
    expect(await refusal(app, await issuer.sign(claims))).toEqual([401, 'UNAUTHENTICATED', 'CLAIM_INVALID']);
  });

  test.each([
    ['no role', { ...CLINICIAN, role: undefined }, 'ROLE_UNKNOWN'],
    ['a role that nobody mapped', { ...CLINICIAN, role: 'janitor' }, 'ROLE_UNKNOWN'],
    ['no subject', { ...CLINICIAN, sub: undefined }, 'CLAIM_MISSING'],
    ['a subject that is no text', { ...CLINICIAN, sub: 7 as unknown as string }, 'CLAIM_INVALID'],
    ['a unit that is no text', { ...CLINICIAN, unit: ['ward'] }, 'CLAIM_INVALID'],
    ['scopes that are no text', { ...CLINICIAN, scope: ['user/*.rs'] }, 'CLAIM_INVALID'],
  ])('%s is refused', async (_what, claims, reason) => {
    const app = await openDefault();
    expect(await refusal(app, await issuer.sign(claims as JWTPayload))).toEqual([
      401,
      'UNAUTHENTICATED',
      reason,
    ]);
  });
});

describe('tokens that are not good here', () => {
  test('of an issuer that nobody trusts, though its signature is good', async () => {
    const app = await openDefault();
    await using stranger = await TestIssuer.open();
    expect(await refusal(app, await stranger.sign(CLINICIAN))).toEqual([
      401,
      'UNAUTHENTICATED',
      'ISSUER_UNKNOWN',
    ]);
    const claimed = await stranger.sign({ ...CLINICIAN, iss: issuer.url });
    expect(await refusal(app, claimed)).toEqual([401, 'UNAUTHENTICATED', 'KEY_UNKNOWN']);
    expect(stranger.fetched).toBe(0);
  });

  test('of an issuer of another organisation: its people are nobody here, its programs speak for it alone', async () => {
    const machines = [
      { clientId: 'lab-system', role: 'system' as const },
      { clientId: 'lab-ward', role: 'practitioner' as const },
    ];
    const app = await open({ ...issuer.trusted('LabMSP'), machines });
    for (const claims of [
      CLINICIAN,
      { ...CLINICIAN, role: 'operator' },
      { sub: 'lab-ward', client_id: 'lab-ward' },
    ])
      expect(await refusal(app, await issuer.sign(claims))).toEqual([
        ...[401, 'UNAUTHENTICATED', 'ORGANISATION_MISMATCH'],
      ]);
    const byWayOf = await issuer.sign({ sub: 'x', client_id: 'lab-system', scope: 'careledger/system' });
    expect(await refusal(app, byWayOf)).toEqual([401, 'UNAUTHENTICATED', 'CLAIM_INVALID']);
    const program = await issuer.sign({
      ...{ sub: 'lab-system', client_id: 'lab-system', scope: 'careledger/system' },
    });
    expect((await ask(app, program)).body).toMatchObject({ role: 'system', mspId: 'LabMSP' });
  });

  test.each([
    ['for another audience', { aud: 'https://api.lab.example' }, 'AUDIENCE_MISMATCH'],
    ['for no audience', { aud: undefined }, 'AUDIENCE_MISMATCH'],
    ['expired', { exp: nowS() - 60 }, 'TOKEN_EXPIRED'],
    ['without an end', { exp: undefined }, 'CLAIM_MISSING'],
    ['not valid yet', { nbf: nowS() + 600 }, 'TOKEN_NOT_YET_VALID'],
  ])('%s', async (_what, change, reason) => {
    const app = await openDefault();
    const answer = await ask(app, await issuer.sign({ ...CLINICIAN, ...change } as JWTPayload));
    expect([answer.statusCode, answer.body['reason']]).toEqual([401, reason]);
    expect(answer.headers['www-authenticate']).toBe('Bearer error="invalid_token"');
  });

  test('a clock that is a little off is tolerated, as far as is configured', async () => {
    const past = await issuer.sign({ ...CLINICIAN, exp: nowS() - 10 });
    expect((await ask(await openDefault({ clockToleranceS: 60 }), past)).statusCode).toBe(200);
    expect((await ask(await openDefault({ clockToleranceS: 0 }), past)).statusCode).toBe(401);
  });

  test('signed by nobody, by the public key as a secret, by another algorithm, by a key that it brings itself', async () => {
    const app = await openDefault();
    const [key] = issuer.keys;
    if (key === undefined) throw new Error('no key');
    const claims = part({
      iss: issuer.url,
      aud: 'https://api.hospital.example',
      exp: nowS() + 60,
      ...CLINICIAN,
    });
    const none = `${part({ alg: 'none', kid: key.kid })}.${claims}.`;
    const publicKey = (await importJWK(key.jwk, 'ES256')) as CryptoKey;
    const secrets = [
      await exportSPKI(publicKey),
      JSON.stringify(key.jwk),
      JSON.stringify({ keys: [key.jwk] }),
    ];
    const hmacs = secrets.map((secret) => {
      const signed = `${part({ alg: 'HS256', kid: key.kid })}.${claims}`;
      return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
    });
    for (const token of [none, ...hmacs])
      expect(await refusal(app, token)).toEqual([401, 'UNAUTHENTICATED', 'ALGORITHM_REFUSED']);
    // Another kind of key under the name of a known one.
    const rsa = { ...(await newIssuerKey('RS256')), kid: key.kid };
    expect(await refusal(app, await issuer.sign(CLINICIAN, rsa))).toEqual([
      401,
      'UNAUTHENTICATED',
      'KEY_UNKNOWN',
    ]);
    const forged = { ...(await newIssuerKey('ES256')), kid: key.kid };
    expect(await refusal(app, await issuer.sign(CLINICIAN, forged))).toEqual([
      ...[401, 'UNAUTHENTICATED', 'SIGNATURE_INVALID'],
    ]);
    const [, body, signature] = (await issuer.sign(CLINICIAN, forged)).split('.');
    const brought = `${part({ alg: 'ES256', jwk: forged.jwk, jku: `${issuer.url}/forged` })}.${body}.${signature}`;
    expect((await ask(app, brought)).statusCode).toBe(401);
    const critical = `${part({ alg: 'ES256', kid: key.kid, crit: ['b64'], b64: false })}.${body}.${signature}`;
    expect((await ask(app, critical)).statusCode).toBe(401);
  });

  test('that are no tokens at all', async () => {
    const app = await openDefault();
    for (const token of ['a.b.c', `${part({ alg: 'ES256' })}.e30.x`, `${part([])}.${part([])}.x`, 'x'])
      expect((await ask(app, token)).statusCode).toBe(401);
  });
});

describe('keys of an issuer', () => {
  const verifying = (options: Partial<IssuerConfig> & { clock?: () => number; cooldownMs?: number }) => {
    const config = { ...issuer.trusted('HospitalMSP'), ...options };
    return new TrustedIssuers([config], { mspId: 'HospitalMSP', cooldownMs: 0, ...options });
  };

  test('a new key is fetched when a token names it, and a removed one is refused once the keys are no longer fresh', async () => {
    let nowMs = Date.now();
    const trusted = verifying({ clock: () => nowMs });
    const [old] = issuer.keys;
    await trusted.verify(await issuer.sign(CLINICIAN, old));
    const next = await newIssuerKey('RS256');
    issuer.keys = [next];
    expect((await trusted.verify(await issuer.sign(CLINICIAN, next))).role).toBe('practitioner');
    issuer.keys = [...issuer.keys, ...(old ? [old] : [])];
    nowMs += 301_000;
    await trusted.verify(await issuer.sign(CLINICIAN, old));
    issuer.keys = [next];
    const byOld = await issuer.sign(CLINICIAN, old);
    expect((await trusted.verify(byOld)).role).toBe('practitioner');
    nowMs += 301_000;
    await expect(trusted.verify(byOld)).rejects.toMatchObject({ reason: 'KEY_UNKNOWN' });
  });

  test('tokens that name unknown keys have them fetched no more often than the cooldown says', async () => {
    const nowMs = Date.now();
    const trusted = verifying({ clock: () => nowMs, cooldownMs: 5_000 });
    await trusted.verify(await issuer.sign(CLINICIAN));
    const forged = await issuer.sign(CLINICIAN, await newIssuerKey());
    for (let n = 0; n < 5; n += 1)
      await expect(trusted.verify(forged)).rejects.toMatchObject({ reason: 'KEY_UNKNOWN' });
    expect(issuer.fetched).toBe(1);
  });

  test('an issuer that is away before it was ever reached: 503 with Retry-After, and 200 once it is back', async () => {
    issuer.isAway = true;
    const app = await openDefault();
    const token = await issuer.sign(CLINICIAN);
    const answer = await ask(app, token);
    expect([answer.statusCode, answer.body['code']]).toEqual([503, 'ISSUER_UNAVAILABLE']);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    issuer.isAway = false;
    let nowMs = Date.now();
    const trusted = verifying({ clock: () => nowMs, cooldownMs: 5_000 });
    issuer.isAway = true;
    await expect(trusted.verify(token)).rejects.toMatchObject({ retryAfterS: 5 });
    issuer.isAway = false;
    await expect(trusted.verify(token)).rejects.toMatchObject({ name: 'IssuerUnavailable' });
    nowMs += 5_000;
    expect((await trusted.verify(token)).role).toBe('practitioner');
  });

  test('while an issuer is away its known keys go on, for a bounded time; what they cannot tell is 503, not 401', async () => {
    let nowMs = Date.now();
    const trusted = verifying({ clock: () => nowMs, keysFreshS: 10, keysMaxAgeS: 100 });
    const token = await issuer.sign(CLINICIAN);
    await trusted.verify(token);
    issuer.isAway = true;
    nowMs += 99_000;
    expect((await trusted.verify(token)).role).toBe('practitioner');
    const unknown = await issuer.sign(CLINICIAN, await newIssuerKey());
    await expect(trusted.verify(unknown)).rejects.toMatchObject({ name: 'IssuerUnavailable' });
    nowMs += 2_000;
    await expect(trusted.verify(token)).rejects.toMatchObject({ name: 'IssuerUnavailable' });
  });

  test('metadata that name another issuer are nobody’s', async () => {
    issuer.claimedIssuer = 'https://id.other.example';
    const keys = new IssuerKeys({ issuer: issuer.url, keysFreshS: 1, keysMaxAgeS: 1 });
    await expect(keys.find({ alg: 'ES256' }, { payload: '', signature: '' })).rejects.toThrow(
      /cannot be asked/,
    );
  });
});

describe('what the scopes of a token narrow', () => {
  const statusOf = async (app: ServiceApp, claims: JWTPayload, url: string, method?: 'GET' | 'POST') =>
    (await ask(app, await issuer.sign({ ...CLINICIAN, ...claims }), url, method)).statusCode;

  test.each([
    ['user/*.rs', 200, 403],
    ['user/*.c', 403, 200],
    ['user/*.cruds', 200, 200],
    ['user/Observation.cruds', 403, 403],
    ['user/*.cruds?category=laboratory', 403, 403],
    ['system/*.cruds', 403, 403],
    ['patient/*.cruds', 403, 403],
    ['openid profile', 403, 403],
    ['user/*.everything', 403, 403],
    ['careledger/practitioner', 403, 403],
  ])('%s: reading %i, writing %i', async (scope, reading, writing) => {
    const app = await openDefault();
    expect(await statusOf(app, { scope }, '/all')).toBe(reading);
    expect(await statusOf(app, { scope }, '/all', 'POST')).toBe(writing);
  });

  test('a token for one patient reaches routes that name this patient, and no other', async () => {
    const app = await openDefault();
    const scope = 'patient/*.rs';
    expect(await statusOf(app, { scope, patient: PATIENT }, `/patients/${PATIENT}`)).toBe(200);
    expect(await statusOf(app, { scope, patient: PATIENT }, '/patients/pat_b')).toBe(403);
    expect(await statusOf(app, { scope, patient: PATIENT }, `/patients/pat_b?patientId=${PATIENT}`)).toBe(
      403,
    );
    expect(await statusOf(app, { scope, patient: PATIENT }, '/all')).toBe(403);
    // Of what a route does not read, nothing says whom it is about.
    expect(await statusOf(app, { scope, patient: PATIENT }, `/all?patientId=${PATIENT}`)).toBe(403);
    expect(await statusOf(app, { scope }, `/patients/${PATIENT}`)).toBe(403);
  });

  test('whoever may only create looks at what came of it, as jobs say; whoever may nothing, or signs in alone, at nothing', async () => {
    const app = await openDefault();
    for (const scope of ['user/*.c', 'user/Observation.c', 'user/*.rs'])
      expect([scope, await statusOf(app, { scope }, '/own')]).toEqual([scope, 200]);
    for (const scope of ['openid profile', 'system/*.c', 'patient/*.c', 'user/*.everything'])
      expect([scope, await statusOf(app, { scope }, '/own')]).toEqual([scope, 403]);
  });

  test('other roles take a scope that names them', async () => {
    const app = await openDefault();
    const operator = { role: 'operator', scope: 'user/*.cruds' };
    expect(await statusOf(app, operator, '/all')).toBe(403);
    expect(await statusOf(app, { ...operator, scope: 'careledger/auditor' }, '/all')).toBe(403);
    expect(await statusOf(app, { ...operator, scope: 'careledger/ops' }, '/all')).toBe(200);
  });

  test('defaults stand in for scopes of a provider that has none, and never beside one that is not understood', async () => {
    const app = await openDefault({ scopesWhenNone: ['user/*.rs'] });
    expect(await statusOf(app, { scope: 'openid profile' }, '/all')).toBe(200);
    expect(await statusOf(app, { scope: undefined }, '/all')).toBe(200);
    expect(await statusOf(app, { scope: 'openid user/Observation.xyz' }, '/all')).toBe(403);
  });

  test('what is refused for its scopes says so', async () => {
    const app = await openDefault();
    const answer = await ask(app, await issuer.sign({ ...CLINICIAN, scope: 'openid' }), '/all');
    expect(answer.body['code']).toBe('SCOPE_INSUFFICIENT');
    expect(answer.headers['www-authenticate']).toBe('Bearer error="insufficient_scope"');
  });
});

describe('issuers that cannot be trusted stop the start', () => {
  test('one over plain HTTP elsewhere, one twice, and any where no organisation runs the service', async () => {
    const trusted = issuer.trusted('HospitalMSP');
    await expect(open({ ...trusted, issuer: 'http://id.hospital.example' })).rejects.toThrow(/neither https/);
    await expect(open(trusted, { ...trusted, mspId: 'LabMSP' })).rejects.toThrow(
      /auth.issuers\[1\].*listed before/,
    );
    await expect(services.open({ issuers: [trusted] })).rejects.toThrow(/takes tokens of no issuer/);
  });
});
