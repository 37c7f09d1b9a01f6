import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import * as client from 'openid-client';
import { FormBrowser, type Visit } from '../../testing/browser.js';
import { HospitalProvider, type Staff } from '../../testing/hospital-provider.js';
import { CALLBACK, TestIdentity } from '../../testing/test-identity.js';

const AUDIENCE = 'https://api.hospital.example';
const CLIENT = { clientId: 'careledger', clientSecret: 'a secret of both sides' };
const INSECURE = { execute: [client.allowInsecureRequests] };
const HODAK: Staff = {
  ...{ sub: 'uid=mhodak,ou=staff', name: 'Dr. Mirela Hodak', employee_number: 'staff-17' },
  ...{ groups: ['everybody', 'clinicians'], department: 'cardiology', profession: 'physician' },
};

let hospital: HospitalProvider;
let identity: TestIdentity;
let app: client.Configuration;
beforeAll(async () => {
  hospital = await HospitalProvider.open();
  identity = await TestIdentity.open(AUDIENCE, {
    upstream: {
      ...{ issuer: hospital.issuer, name: 'Hospital login', ...CLIENT },
      claims: {
        ...{ person: 'employee_number', name: 'name', role: 'groups' },
        ...{ profession: 'profession', unit: 'department' },
      },
      roles: [
        { value: 'clinicians', role: 'practitioner' },
        { value: 'it-operators', role: 'ops' },
      ],
    },
  });
  await hospital.serve({ ...CLIENT, redirectUri: `${identity.issuer}/upstream/callback` });
  identity.addClient({
    ...{ clientId: 'growth-chart', name: 'Growth chart', redirectUris: [CALLBACK] },
    scopes: ['patient/*.rs', 'user/*.rs', 'careledger/ops'],
  });
  app = await client.discovery(new URL(identity.issuer), 'growth-chart', undefined, client.None(), INSECURE);
});
afterAll(async () => {
  await identity[Symbol.asyncDispose]();
  await hospital[Symbol.asyncDispose]();
});
beforeEach(() => {
  hospital.person = HODAK;
});

/** A sign-in, at the page with the password. */
async function started() {
  const pkceCodeVerifier = client.randomPKCECodeVerifier();
  const url = client.buildAuthorizationUrl(app, {
    ...{ redirect_uri: CALLBACK, scope: 'openid offline_access user/*.rs careledger/ops', aud: AUDIENCE },
    ...{ state: 'state-of-the-app', code_challenge_method: 'S256' },
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
  }).href;
  const browser = new FormBrowser();
  return { pkceCodeVerifier, browser, page: await browser.open(url, CALLBACK) };
}
const linkOf = (page: Visit): string => {
  const [, path = ''] = /<a href="([^"]+)">Sign in with Hospital login</.exec(page.text) ?? [];
  return new URL(path, identity.issuer).href;
};
/** As far as the address that the hospital's provider sends people back to. */
async function cameBack({ browser, page }: { browser: FormBrowser; page: Visit }): Promise<string> {
  return (await browser.open(linkOf(page), `${identity.issuer}/upstream/callback`)).url;
}
async function tokensOf(sitting: Awaited<ReturnType<typeof started>>) {
  const consent = await sitting.browser.open(await cameBack(sitting), CALLBACK);
  const done = await sitting.browser.send(consent, '/consent', {}, CALLBACK);
  return client.authorizationCodeGrant(app, new URL(done.url), {
    ...{ pkceCodeVerifier: sitting.pkceCodeVerifier, expectedState: 'state-of-the-app' },
  });
}
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
    ['has no role here', { ...HODAK, groups: ['everybody'] }],
    ['has no staff number', { ...HODAK, employee_number: undefined }],
    ['has a unit that is no text', { ...HODAK, department: ['cardiology'] }],
    ['was not let in there', undefined],
  ])('whoever %s is told so, and is nobody', async (_what, person) => {
    hospital.person = person;
    const sitting = await started();
    const page = await sitting.browser.open(await cameBack(sitting), CALLBACK);
    expect(page.status).toBe(403);
    expect(page.text).toContain('did not sign you in');
    expect(page.text).toContain('name="password"');
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
    expect(again.status).toBe(404);
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
    expect([403, 404]).toContain(page.status);
    expect(page.text).not.toContain('Allow');
  });

  test('whoever is disabled here signs in no more', async () => {
    hospital.person = { ...HODAK, sub: 'leaving', name: 'Leaving', employee_number: 'staff-99' };
    const { refresh_token: refresh = '' } = await tokensOf(await started());
    identity.disableUser(identity.usernameOf('Leaving'));
    await expect(client.refreshTokenGrant(app, refresh)).rejects.toMatchObject({ error: 'invalid_grant' });
    const sitting = await started();
    expect((await sitting.browser.open(await cameBack(sitting), CALLBACK)).status).toBe(403);
  });

  test('while it is away, whoever has a password here signs in', async () => {
    await using away = await TestIdentity.open(AUDIENCE, {
      upstream: { ...identity.config.upstream, issuer: 'http://127.0.0.1:9' },
    });
    await away.addUser('hodak', { name: 'Dr. Mirela Hodak', role: 'practitioner', person: 'staff-17' });
    away.addClient({ clientId: 'chart', name: 'Chart', redirectUris: [CALLBACK], scopes: ['user/*.rs'] });
    const chart = await client.discovery(new URL(away.issuer), 'chart', undefined, client.None(), INSECURE);
    const url = client.buildAuthorizationUrl(chart, {
      ...{ redirect_uri: CALLBACK, scope: 'openid user/*.rs', code_challenge_method: 'S256' },
      code_challenge: await client.calculatePKCECodeChallenge(client.randomPKCECodeVerifier()),
    }).href;
    const browser = new FormBrowser();
    const page = await browser.open(url, CALLBACK);
    const link = new URL(linkOf(page).replace(identity.issuer, away.issuer));
    const answer = await browser.open(link.href, CALLBACK);
    expect([answer.status, answer.text.includes('cannot be reached now')]).toEqual([503, true]);
    expect((await away.signIn(url, 'hodak')).searchParams.get('code')).not.toBeNull();
  });
});

test('an upstream between which somebody may listen is refused', async () => {
  const upstream = { ...identity.config.upstream, issuer: 'http://login.hospital.example' };
  await expect(TestIdentity.open(AUDIENCE, { upstream })).rejects.toThrow(/upstream.issuer/);
});
