import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { decodeJwt, exportJWK, generateKeyPair } from 'jose';
import * as client from 'openid-client';
import { FormBrowser, type Visit } from '@careledger/service-kit/form-browser';
import { HospitalProvider, type Staff } from '../../testing/hospital-provider.js';
import { CALLBACK, TestIdentity } from '../../testing/test-identity.js';
import type { UpstreamConfig } from './upstream-config.js';
import { Upstream, type UpstreamPerson } from './upstream.js';

const AUDIENCE = 'https://api.hospital.example';
const CLIENT = { clientId: 'careledger', clientSecret: 'a secret of both sides' };
const INSECURE = { execute: [client.allowInsecureRequests] };
const HODAK: Staff = {
  ...{ sub: 'uid=mhodak,ou=staff', name: 'Dr. Mirela Hodak', employee_number: 'staff-17' },
  ...{ groups: ['everybody', 'clinicians'], department: 'cardiology', profession: 'physician' },
};

let hospital: HospitalProvider;
/** Takes whom the hospital's provider names, and one who takes only those that it knows. */
let identity: TestIdentity;
let strict: TestIdentity;
beforeAll(async () => {
  hospital = await HospitalProvider.open();
  const upstream = {
    ...{ issuer: hospital.issuer, name: 'Hospital login', ...CLIENT },
    claims: {
      ...{ person: 'employee_number', name: 'name', role: 'groups' },
      ...{ profession: 'profession', unit: 'department' },
    },
    roles: [
      { value: 'clinicians', role: 'practitioner' },
      { value: 'it-operators', role: 'ops' },
    ],
  };
  identity = await TestIdentity.open(AUDIENCE, { upstream: { ...upstream, unknownPersons: 'provision' } });
  strict = await TestIdentity.open(AUDIENCE, { upstream });
  const both = [identity, strict];
  const redirectUris = both.map(({ issuer }) => `${issuer}/upstream/callback`);
  await hospital.serve({ ...CLIENT, redirectUris });
  for (const each of both)
    each.addClient({
      ...{ clientId: 'growth-chart', name: 'Growth chart', redirectUris: [CALLBACK] },
      scopes: ['patient/*.rs', 'user/*.rs', 'careledger/ops'],
    });
});
afterAll(async () => {
  await identity[Symbol.asyncDispose]();
  await strict[Symbol.asyncDispose]();
  await hospital[Symbol.asyncDispose]();
});
beforeEach(() => {
  hospital.person = HODAK;
  hospital.isAway = false;
  hospital.instead.clear();
});

const appOf = ({ issuer }: TestIdentity) =>
  client.discovery(new URL(issuer), 'growth-chart', undefined, client.None(), INSECURE);

/** A sign-in, at the page with the password. */
async function started(at = identity) {
  const app = await appOf(at);
  const pkceCodeVerifier = client.randomPKCECodeVerifier();
  const url = client.buildAuthorizationUrl(app, {
    ...{ redirect_uri: CALLBACK, scope: 'openid offline_access user/*.rs careledger/ops', aud: AUDIENCE },
    ...{ state: 'state-of-the-app', code_challenge_method: 'S256' },
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
  }).href;
  const browser = new FormBrowser();
  return { at, app, url, pkceCodeVerifier, browser, page: await browser.open(url, CALLBACK) };
}
type Sitting = Awaited<ReturnType<typeof started>>;
const linkOf = (page: Visit): string => {
  const [, path = ''] = /<a href="([^"]+)">Sign in with Hospital login</.exec(page.text) ?? [];
  return new URL(path, page.url).href;
};
/** As far as the address that the hospital's provider sends people back to. */
async function cameBack({ at, browser, page }: Sitting): Promise<string> {
  return (await browser.open(linkOf(page), `${at.issuer}/upstream/callback`)).url;
}
/** The page that comes of it. */
const returned = async (sitting: Sitting): Promise<Visit> =>
  sitting.browser.open(await cameBack(sitting), CALLBACK);
async function tokensOf(sitting: Sitting) {
  const consent = await returned(sitting);
  const done = await sitting.browser.send(consent, '/consent', {}, CALLBACK);
  return client.authorizationCodeGrant(sitting.app, new URL(done.url), {
    ...{ pkceCodeVerifier: sitting.pkceCodeVerifier, expectedState: 'state-of-the-app' },
  });
}
const configOf = ({ config }: TestIdentity): UpstreamConfig => config.upstream as UpstreamConfig;
const claimsOf = (token: string) => decodeJwt<Record<string, unknown>>(token);

describe('sign-in by way of a hospital’s own provider', () => {
  test('tokens say who she is by the claims there; its sub is in no token and not in the store', async () => {
    const tokens = await tokensOf(await started());
    const claims = claimsOf(tokens.access_token);
    expect(claims).toMatchObject({
      ...{ iss: identity.issuer, name: 'Dr. Mirela Hodak', role: 'practitioner', person: 'staff-17' },
      ...{ profession: 'physician', unit: 'cardiology', scope: 'user/*.rs' },
    });
    expect(JSON.stringify([claims, tokens.claims()])).not.toContain('mhodak');
    const store = await readFile(join(identity.config.dataDir, 'identity.db'));
    const log = await readFile(join(identity.config.dataDir, 'identity.db-wal')).catch(() => Buffer.alloc(0));
    expect(Buffer.concat([store, log]).includes('mhodak')).toBe(false);
  });

  test('she is the same one when she comes again, as that provider knows her now', async () => {
    const first = await tokensOf(await started());
    hospital.person = { ...HODAK, groups: ['it-operators'], department: 'it' };
    const second = await tokensOf(await started());
    expect(second.claims()?.sub).toBe(first.claims()?.sub);
    expect(claimsOf(second.access_token)).toMatchObject({ role: 'ops', unit: 'it', scope: 'careledger/ops' });
    hospital.person = { ...HODAK, sub: 'another' };
    expect((await tokensOf(await started())).claims()?.sub).not.toBe(first.claims()?.sub);
  });

  test.each([
    ['has no role here', { groups: ['everybody'] }, 'no role that you have here'],
    ['has a role that is no text', { groups: { clinicians: true } }, 'no role that you have here'],
    ['has no staff number', { employee_number: undefined }, 'claim employee_number'],
    ['has a number for a staff number', { employee_number: 17 }, 'claim employee_number'],
    ['has no name', { name: '' }, 'claim name'],
    ['has a unit that is no text', { department: ['cardiology'] }, 'claim department'],
    ['has a profession that is no code', { profession: 'Consultant!' }, 'claim profession'],
  ])('whoever %s is told so, and is nobody', async (_what, claims, told) => {
    hospital.person = { ...HODAK, ...claims };
    const page = await returned(await started());
    expect([page.status, page.text.includes(told)]).toEqual([403, true]);
    expect(page.text).toContain('name="password"');
  });

  test('whoever was not let in there is told what that provider says, as text', async () => {
    hospital.person = undefined;
    const sitting = await started();
    const back = new URL(await cameBack(sitting));
    back.searchParams.set('error_description', '<script>alert(1)</script>');
    const { status, text } = await sitting.browser.open(back.href, CALLBACK);
    expect(status).toBe(403);
    expect(text).toContain('access_denied (&lt;script&gt;');
    expect(text).not.toContain('<script>');
  });

  test('an answer counts once, in the browser and for the sign-in that asked', async () => {
    const [hers, his] = [await started(), await started()];
    const back = await cameBack(hers);
    // He is handed her answer: he would act as her, or she on what is his.
    expect((await his.browser.open(back, CALLBACK)).text).not.toContain('Allow');
    const [uid, path] = [/interaction\/([^/]+)/.exec(linkOf(his.page))?.[1], new URL(back).search];
    const swapped = `${identity.issuer}/interaction/${String(uid)}/upstream/return${path}`;
    expect((await his.browser.open(swapped, CALLBACK)).status).toBe(403);
    expect((await hers.browser.open(back, CALLBACK)).text).toContain('Allow');
    const again = await hers.browser.open(back, CALLBACK);
    expect([again.status, again.text.includes('This sign-in has ended')]).toEqual([400, true]);
  });

  test('a sign-in that somebody else began goes on in no other browser', async () => {
    const { page } = await started();
    const elsewhere = await new FormBrowser().open(linkOf(page), hospital.issuer);
    expect([elsewhere.status, elsewhere.text.includes('began in another browser')]).toEqual([400, true]);
  });

  test('a code of another sign-in signs nobody in, though its state is hers', async () => {
    const [hers, his] = [await started(), await started()];
    const [back, stolen] = [new URL(await cameBack(hers)), new URL(await cameBack(his))];
    back.searchParams.set('code', stolen.searchParams.get('code') ?? '');
    expect((await hers.browser.open(back.href, CALLBACK)).status).toBe(403);
  });

  test('people are sent to that provider alone, whatever the address says', async () => {
    const { browser, page } = await started();
    const link = `${linkOf(page)}?issuer=https://evil.example&redirect_uri=https://evil.example`;
    const sent = new URL((await browser.open(link, `${hospital.issuer}/auth`)).url);
    expect(sent.origin).toBe(hospital.issuer);
    expect(sent.searchParams.get('redirect_uri')).toBe(`${identity.issuer}/upstream/callback`);
    expect(sent.href).not.toContain('evil');
  });

  test.each([
    ['of another issuer (mix-up)', { iss: 'https://id.evil.example' }],
    ['that names no issuer', { iss: null }],
    ['with another code', { code: 'guessed' }],
    ['with a state that nobody sent', { state: 'guessed' }],
  ])('an answer %s signs nobody in', async (_what, change) => {
    const sitting = await started();
    const back = new URL(await cameBack(sitting));
    for (const [name, value] of Object.entries(change))
      if (value === null) back.searchParams.delete(name);
      else back.searchParams.set(name, value);
    const page = await sitting.browser.open(back.href, CALLBACK);
    expect([400, 403]).toContain(page.status);
    expect(page.text).not.toContain('Allow');
  });

  test('whoever is disabled here signs in no more', async () => {
    hospital.person = { ...HODAK, sub: 'leaving', name: 'Leaving', employee_number: 'staff-99' };
    const { refresh_token: refresh = '' } = await tokensOf(await started());
    identity.disableUser(identity.usernameOf('Leaving'));
    await expect(client.refreshTokenGrant(await appOf(identity), refresh)).rejects.toMatchObject({
      error: 'invalid_grant',
    });
    const page = await returned(await started());
    expect([page.status, page.text.includes('sign in no more')]).toEqual([403, true]);
  });

  test('while it is away people are told so, and whoever has a password here signs in', async () => {
    await strict.addUser('hodak', { name: 'Dr. Hodak', role: 'ops', person: 'staff-17' });
    hospital.isAway = true;
    const sitting = await started(strict);
    const away = await sitting.browser.open(linkOf(sitting.page), CALLBACK);
    expect([away.status, away.text.includes('cannot be reached now')]).toEqual([503, true]);
    expect((await strict.signIn(sitting.url, 'hodak')).searchParams.get('code')).not.toBeNull();
  });

  test('whom the organisation has not added, or added no more, is refused, unless it says otherwise', async () => {
    const { access_token: token } = await tokensOf(await started(strict));
    expect(claimsOf(token)).toMatchObject({ person: 'staff-17', role: 'practitioner' });
    strict.disableUser('hodak');
    const page = await returned(await started(strict));
    expect([page.status, page.text.includes('has no user for you')]).toEqual([403, true]);
  });

  test('one that goes away while somebody is there is told so, and she may start again', async () => {
    const sitting = await started();
    const back = await cameBack(sitting);
    hospital.isAway = true;
    const away = await sitting.browser.open(back, CALLBACK);
    expect([away.status, away.text.includes('cannot be reached now')]).toEqual([503, true]);
    expect(away.text).not.toMatch(/at .*\.js|fetch failed/);
    hospital.isAway = false;
    expect((await returned({ ...sitting, page: away })).text).toContain('Allow');
  });
});

/** A sign-in at the hospital's provider as this one knows it, who has not asked it for anything yet. */
async function personOf(): Promise<UpstreamPerson> {
  const upstream = new Upstream(configOf(identity), { here: identity.issuer, key: new Uint8Array(32) });
  const sent = { uid: 'one', nonce: client.randomNonce(), codeVerifier: client.randomPKCECodeVerifier() };
  const url = await upstream.authorizationUrl({ ...sent, state: 'its-state' });
  const back = await new FormBrowser().open(url, `${identity.issuer}/upstream/callback`);
  return upstream.person(new URL(back.url).searchParams, sent);
}

describe('a hospital’s own provider', () => {
  test('signs in by ID tokens that its own keys signed', async () => {
    expect((await personOf()).profile.person).toBe('staff-17');
    const answer = await fetch(`${hospital.issuer}/jwks`);
    const { keys } = (await answer.json()) as { readonly keys: readonly [{ readonly kid: string }] };
    const { publicKey } = await generateKeyPair('RS256');
    const jwk = { ...(await exportJWK(publicKey)), kid: keys[0].kid, alg: 'RS256', use: 'sig' };
    hospital.instead.set('/jwks', { keys: [jwk] });
    await expect(personOf()).rejects.toMatchObject({
      cause: { message: expect.stringMatching(/signature/) },
    });
  });

  test.each([
    ['has people sign in where somebody may listen', { authorization_endpoint: 'http://a.example' }, /https/],
    ['has people sign in by a script', { authorization_endpoint: 'javascript:alert(1)' }, /https/],
    ['is another one', { issuer: 'https://login.evil.example' }, /issuer/],
  ])('that %s is not used', async (_what, change, told) => {
    hospital.instead.set('/.well-known/openid-configuration', { issuer: hospital.issuer, ...change });
    await expect(personOf()).rejects.toThrow(told);
  });

  test.each([
    ['between which somebody may listen', { issuer: 'http://login.hospital.example' }, /upstream.issuer/],
    [
      'whose sub would be in tokens',
      { claims: { person: 'sub', name: 'name', role: 'groups' } },
      /upstream.claims.person/,
    ],
  ])('%s is refused at the start', async (_what, change, told) => {
    const upstream = { ...configOf(identity), ...change };
    await expect(TestIdentity.open(AUDIENCE, { upstream })).rejects.toThrow(told);
  });
});
