import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { records } from '@careledger/contracts';
import { Keycloak, missingForKeycloak, type SigningIn } from '../fixtures/keycloak/keycloak.js';
import { CLIENTS, OBSERVATIONS } from '../fixtures/keycloak/realm.js';
import { until } from '../fixtures/services/until.js';
import { call } from '../fixtures/services/api-client.js';
import { announced, granted } from '../fixtures/services/granted.js';
import { LayersFixture } from '../fixtures/services/layers-fixture.js';
import type { TestHome } from '../fixtures/services/test-home.js';
import { areJudgesMeant } from './meant.js';

const TIMEOUT_MS = 600_000;
const AUDIENCE = 'https://api.hospital.example';
const secretOf = (): string => randomBytes(12).toString('hex');

const missing = areJudgesMeant()
  ? await missingForKeycloak()
  : 'it is 177 MB from Maven Central, with make judges';
if (missing !== undefined)
  process.stderr.write(`SKIPPED: ${missing}, so no Keycloak signs anybody in here\n`);

(missing === undefined ? describe : describe.skip)('sign-in by a real Keycloak', () => {
  const stack = new AsyncDisposableStack();
  const [password, clientSecret, serviceAccountId] = [secretOf(), secretOf(), randomUUID()];
  const realm = { audience: AUDIENCE, password, clientSecret };
  let keycloak: Keycloak;
  let fixture: LayersFixture;
  let home: TestHome;
  let path: string;

  beforeAll(async () => {
    const dir = await mkdtemp(join(tmpdir(), 'careledger-keycloak-'));
    stack.defer(() => rm(dir, { recursive: true, force: true }));
    keycloak = stack.use(
      await Keycloak.start(dir, [
        { ...realm, realm: 'hospital', serviceAccountId },
        { ...realm, realm: 'lab', serviceAccountId: randomUUID() },
      ]),
    );
    fixture = stack.use(
      await LayersFixture.start({ issuers: [trusted('hospital'), trusted('lab', { mspId: 'LabMSP' })] }),
    );
    home = await fixture.home();
    await granted(fixture, home);
    const stored = await announced(fixture, home, ['aut_hospital']);
    path = `/v1/records/${stored.recordId}?patientId=${home.patientId}`;
  }, TIMEOUT_MS);
  afterAll(() => stack.disposeAsync(), TIMEOUT_MS);

  /** As docs/sign-in.md has it. */
  const trusted = (name: string, more: object = {}) => ({
    ...{ issuer: keycloak.issuer(name), audience: AUDIENCE, unknownPersons: 'provision', clockToleranceS: 0 },
    claims: {
      ...{ person: 'employee_number', name: 'name', role: 'groups' },
      ...{ profession: 'profession', unit: 'department' },
    },
    roles: [{ value: 'clinicians', role: 'practitioner' }],
    machines: [
      { clientId: CLIENTS.program, subject: serviceAccountId, role: 'practitioner', unit: 'cardiology' },
    ],
    scopesWhenNone: ['user/*.rs', 'system/*.rs'],
    ...more,
  });
  const signIn = (who: Partial<SigningIn> = {}, name = 'hospital') =>
    keycloak.signIn(name, { password, ...who });
  const open = (token: string, url = path) =>
    call(fixture.authority(), { role: 'practitioner', token }, `GET ${url}`);
  /** Asks until the answer has this status: the ledger may have to hear of her first, and the api of a new key. */
  const opened = (token: string, status = 200) =>
    until(
      () => open(token),
      (answer) => answer.status === status,
    );
  async function refusal(token: string, url = path): Promise<unknown[]> {
    const { status, body } = await open(token, url);
    return [status, body['code'], body['reason']];
  }
  const accesses = async () => {
    const { patientId } = home;
    return (await home.ledger.channel('cloud').evaluate(records, 'ListAccesses', { patientId })).rows;
  };

  test(
    'a clinician opens a record under a pseudonym; her number, profession and unit come from claims',
    async () => {
      expect((await opened(await signIn())).body).toMatchObject({ resourceType: 'Bundle' });
      const { body } = await call(fixture.authority(), 'ops', 'GET /v1/practitioners');
      const [she, ...others] = body['practitioners'] as Record<string, unknown>[];
      expect(others).toEqual([]);
      expect(she).toMatchObject({
        ...{ role: 'physician', unit: 'cardiology', stage: 'active' },
        identity: { identifier: 'staff-hodak', name: 'Mirela hodak' },
      });
      const rows = await accesses();
      expect(rows.at(-1)).toMatchObject({ practitionerId: she?.['practitionerId'], decision: 'permit' });
      expect(JSON.stringify(rows)).not.toMatch(/hodak|staff-/i);
    },
    TIMEOUT_MS,
  );

  test('whoever is in no group that counts here is nobody', async () => {
    expect(await refusal(await signIn({ username: 'guest' }))).toEqual([
      ...[401, 'UNAUTHENTICATED', 'ROLE_UNKNOWN'],
    ]);
  });

  test('a scope of SMART’s that Keycloak knows by name narrows what an app may do', async () => {
    const narrow = await signIn({ scope: `openid ${OBSERVATIONS}` });
    expect((await open(narrow)).status).toBe(200);
    expect(await refusal(narrow, `/v1/records?patientId=${home.patientId}`)).toEqual([
      ...[403, 'SCOPE_INSUFFICIENT', undefined],
    ]);
  });

  test('a program opens for its unit, in nobody’s name', async () => {
    const token = await keycloak.ofProgram('hospital', CLIENTS.program, clientSecret);
    expect((await open(token)).status).toBe(200);
    expect((await accesses()).at(-1)).not.toHaveProperty('practitionerId');
  });

  test('tokens for another service, of another organisation, and expired ones are refused', async () => {
    expect(await refusal(await signIn({ clientId: CLIENTS.appOfAnother }))).toEqual([
      ...[401, 'UNAUTHENTICATED', 'AUDIENCE_MISMATCH'],
    ]);
    expect(await refusal(await signIn({}, 'lab'))).toEqual([
      ...[401, 'UNAUTHENTICATED', 'ORGANISATION_MISMATCH'],
    ]);
    const { body } = await opened(await signIn({ clientId: CLIENTS.briefApp }), 401);
    expect(body['reason']).toBe('TOKEN_EXPIRED');
  });

  test('a new key counts without a restart, beside the one before', async () => {
    const before = await signIn();
    await keycloak.rotateKey('hospital');
    const after = await signIn();
    expect(after.split('.')[0]).not.toBe(before.split('.')[0]);
    await opened(after);
    await opened(before);
  });

  test('apps find Keycloak’s sign-in by the api alone, and that it launches none for a patient', async () => {
    const { url } = fixture.authority();
    const answer = await fetch(`${url}/fhir/.well-known/smart-configuration`);
    expect(await answer.json()).toMatchObject({
      issuer: keycloak.issuer('hospital'),
      capabilities: ['client-public', 'permission-user', 'permission-v2', 'sso-openid-connect'],
    });
  });
});
