import { TestIssuer } from '@careledger/service-kit/testing';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { AwayApi } from '../../testing/away-api.js';

const URL_PATH = '/fhir/.well-known/smart-configuration';

let issuer: TestIssuer;
let api: AwayApi | undefined;
beforeEach(async () => {
  issuer = await TestIssuer.open();
});
afterEach(async () => {
  await api?.[Symbol.asyncDispose]();
  await issuer[Symbol.asyncDispose]();
});

const trusting = async (...issuers: object[]): Promise<void> => {
  api = await AwayApi.open({ auth: { issuers } });
};
async function ask(headers: Record<string, string> = {}) {
  const answer = await api?.app.inject({ method: 'GET', url: URL_PATH, headers });
  if (answer === undefined) throw new Error('There is no api');
  return { status: answer.statusCode, headers: answer.headers, body: answer.json<Record<string, unknown>>() };
}
const openId = () => ({
  ...{ authorization_endpoint: `${issuer.url}/auth`, token_endpoint: `${issuer.url}/token` },
  grant_types_supported: ['authorization_code'],
  code_challenge_methods_supported: ['S256', 'plain'],
  ...{ backchannel_logout_supported: true, registration_endpoint: `${issuer.url}/register` },
});
const smart = () => ({ ...openId(), issuer: issuer.url, capabilities: ['launch-ehr', 'permission-v2'] });

describe('where SMART apps find the sign-in of an authority', () => {
  test('is what its own issuer says, to pages of every origin, without a token; others’ issuers do not count', async () => {
    issuer.smart = smart();
    await using other = await TestIssuer.open();
    await trusting(other.trusted('LabMSP'), issuer.trusted('HospitalMSP'));
    const { status, body, headers } = await ask({ origin: 'https://app.example' });
    expect([status, headers['access-control-allow-origin']]).toEqual([200, '*']);
    expect(body).toEqual({
      ...{ issuer: issuer.url, authorization_endpoint: `${issuer.url}/auth` },
      ...{ token_endpoint: `${issuer.url}/token`, grant_types_supported: ['authorization_code'] },
      code_challenge_methods_supported: ['S256', 'plain'],
      capabilities: ['launch-ehr', 'permission-v2'],
    });
    expect(other.asked).toBe(0);
  });

  test('of a provider that knows nothing of SMART promises no launch', async () => {
    issuer.metadata = openId();
    await trusting(issuer.trusted('HospitalMSP'));
    const { status, body } = await ask();
    expect(status).toBe(200);
    expect(body['token_endpoint']).toBe(`${issuer.url}/token`);
    expect(JSON.stringify(body['capabilities'])).not.toContain('launch');
  });

  test('is asked of the issuer once while it is fresh, and not again at once while it is away', async () => {
    issuer.isAway = true;
    await trusting(issuer.trusted('HospitalMSP'));
    const answers = await Promise.all(Array.from({ length: 5 }, () => ask()));
    const [{ status, body, headers } = await ask()] = answers;
    expect([status, headers['retry-after']]).toEqual([503, '5']);
    expect(headers['access-control-allow-origin']).toBe('*');
    const coding = [{ system: 'urn:careledger:problem', code: 'ISSUER_UNAVAILABLE' }];
    expect(body).toMatchObject({ resourceType: 'OperationOutcome', issue: [{ details: { coding } }] });
    issuer.isAway = false;
    issuer.smart = smart();
    expect((await ask()).status).toBe(503);
    // Its metadata for SMART and those of OpenID.
    expect(issuer.asked).toBe(2);
  });

  test.each([
    ['another issuer', { issuer: 'https://id.evil.example' }],
    ['a sign-in without TLS', { authorization_endpoint: 'http://id.hospital.example/auth' }],
    ['tokens without TLS', { token_endpoint: 'http://id.hospital.example/token' }],
    ['the end of tokens without TLS', { revocation_endpoint: 'http://id.hospital.example/end' }],
    ['keys without TLS', { jwks_uri: 'http://id.hospital.example/keys' }],
    ['no PKCE', { code_challenge_methods_supported: ['plain'] }],
  ])('leads nobody to %s', async (_what, change) => {
    issuer.smart = { ...smart(), ...change };
    await trusting(issuer.trusted('HospitalMSP'));
    expect((await ask()).status).toBe(503);
  });

  test('is nowhere where no issuer is of the authority', async () => {
    await trusting(issuer.trusted('LabMSP'));
    expect((await ask()).status).toBe(404);
  });
});
