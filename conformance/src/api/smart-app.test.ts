import { hash, randomBytes } from 'node:crypto';
import { TEST_PASSWORD, TestIdentity } from '@careledger/identity/testing';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { until } from '../fixtures/services/until.js';
import { LayersFixture } from '../fixtures/services/layers-fixture.js';
import { announced, copyGranted } from '../fixtures/services/granted.js';
import type { TestHome } from '../fixtures/services/test-home.js';
import { chromiumPath, startChromium } from '../fixtures/signer/chromium.js';
import { APP_ID, SmartApp } from '../fixtures/smart/smart-app.js';

const ORIGINS = 'CARELEDGER_HTTP_ALLOWED_ORIGINS';
const UNIT = 'cardiology';
const WARD_SYSTEM = randomBytes(16).toString('hex');

/** What fhirclient gives a page. */
interface FhirClient {
  readonly patient: { readonly id: string | null; read(): Promise<unknown> };
  getFhirUser(): string | null;
  getState(path: string): unknown;
  request(url: string): Promise<unknown>;
  refresh(): Promise<unknown>;
}
declare const window: { client: FhirClient };

const executable = chromiumPath();
if (executable === undefined)
  process.stderr.write('SKIPPED: SMART apps need Chromium in /usr/bin or in CHROMIUM\n');

(executable === undefined ? describe.skip : describe)('a SMART app with fhirclient in a real browser', () => {
  const stack = new AsyncDisposableStack();
  let app: SmartApp;
  let identity: TestIdentity;
  let fixture: LayersFixture;
  let home: TestHome;
  let recordUrl: string;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;

  beforeAll(async () => {
    app = stack.use(await SmartApp.open());
    process.env[ORIGINS] = JSON.stringify([app.url]);
    stack.defer(() => void Reflect.deleteProperty(process.env, ORIGINS));
    fixture = stack.use(await LayersFixture.start({ issuers: async (url) => [await provider(url)] }));
    home = await fixture.home();
    await copyGranted(fixture, home, UNIT);
    const { recordId } = await announced(fixture, home, ['aut_hospital']);
    recordUrl = `${fixture.authority().url}/v1/records/${recordId}?patientId=${home.patientId}`;
    browser = await startChromium(executable ?? '');
    stack.defer(() => browser.close());
  }, 180_000);
  afterAll(() => stack.disposeAsync(), 60_000);

  /** The hospital's, whose tokens are for its api. @returns how the api trusts it */
  async function provider(url: string): Promise<object> {
    identity = stack.use(
      await TestIdentity.open(url, {
        auth: { tokens: [{ sha256: hash('sha256', WARD_SYSTEM), role: 'system', mspId: 'HospitalMSP' }] },
      }),
    );
    await identity.addUser('hodak', {
      ...{ name: 'Dr. Mirela Hodak', role: 'practitioner', person: 'staff-17' },
      ...{ profession: 'physician', unit: UNIT },
    });
    identity.addClient({
      ...{ clientId: APP_ID, name: 'Growth chart', redirectUris: [app.redirectUri] },
      scopes: ['patient/*.rs', 'user/*.rs'],
    });
    const names = ['person', 'name', 'role', 'profession', 'unit', 'patient'];
    return {
      ...{ issuer: identity.issuer, audience: url, unknownPersons: 'provision' },
      claims: Object.fromEntries(names.map((name) => [name, name])),
      roles: [{ value: 'practitioner', role: 'practitioner' }],
    };
  }

  const iss = (): string => `${fixture.authority().url}/fhir`;
  /** In a browser that knows nobody, as far as the page that asks for consent. */
  async function signIn(parameters: Readonly<Record<string, string>>): Promise<void> {
    context = await browser.newContext();
    page = await context.newPage();
    await page.goto(app.start({ iss: iss(), ...parameters }));
    await page.getByLabel('User name').fill('hodak');
    await page.getByLabel('Password').fill(TEST_PASSWORD);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('button', { name: 'Allow' }).waitFor();
  }
  async function allow(): Promise<void> {
    await page.getByRole('button', { name: 'Allow' }).click();
    await page.waitForURL(`${app.redirectUri}*`);
    await page.waitForFunction('document.title !== "Growth chart"');
    expect(await page.title()).toBe('Signed in');
  }
  const stateOf = (path: string): Promise<unknown> =>
    page.evaluate((asked) => window.client.getState(asked), path);
  /** Reads by the app's own client; she may have to be registered first, and fhirclient says 503 only in words. */
  const read = (url: string): Promise<unknown> =>
    until(
      () => page.evaluate((asked) => window.client.request(asked).catch(String), url),
      (found) => typeof found !== 'string' || !found.includes('503'),
    );

  /** The first that a search finds, once the copy has it. */
  const found = async (): Promise<unknown> => {
    type Found = string | { readonly entry?: readonly { readonly resource: unknown }[] };
    const bundle = await until(
      () => read(`Observation?patient=${home.patientId}`) as Promise<Found>,
      (answer) => typeof answer === 'string' || answer.entry !== undefined,
    );
    return typeof bundle === 'string' ? bundle : bundle.entry?.[0]?.resource;
  };

  test('finds the sign-in by the api alone, asks for a patient, reads and refreshes', async () => {
    await signIn({ scope: 'openid fhirUser launch/patient offline_access patient/*.rs' });
    await page.getByLabel('Patient').fill(home.patientId);
    await allow();
    expect(await page.evaluate(() => window.client.patient.id)).toBe(home.patientId);
    expect(await page.evaluate(() => window.client.getFhirUser())).toBe('Practitioner/staff-17');
    expect(await read(recordUrl)).toMatchObject({ resourceType: 'Bundle' });
    expect(await page.evaluate(() => window.client.patient.read())).toMatchObject({
      ...{ resourceType: 'Patient', identifier: [{ value: home.patientId }] },
    });
    expect(await found()).toMatchObject({ resourceType: 'Observation' });

    const before = await stateOf('tokenResponse.access_token');
    await page.evaluate(() => window.client.refresh());
    expect(await stateOf('tokenResponse.access_token')).not.toBe(before);
    expect(await read(recordUrl)).toMatchObject({ resourceType: 'Bundle' });
    const other = recordUrl.replace(home.patientId, `pat_${'a'.repeat(32)}`);
    expect(await read(other)).toMatch(/403/);
    await context.close();
  }, 120_000);

  test('that a ward’s own system launches opens for the patient of the launch, whom nobody has to name', async () => {
    const made = await fetch(`${identity.issuer}/v1/launches`, {
      ...{ method: 'POST', body: JSON.stringify({ patientId: home.patientId }) },
      headers: { authorization: `Bearer ${WARD_SYSTEM}`, 'content-type': 'application/json' },
    });
    const { launch } = (await made.json()) as { launch: string };
    await signIn({ launch, scope: 'openid launch patient/*.rs' });
    expect(await page.getByLabel('Patient').count()).toBe(0);
    await allow();
    expect(await page.evaluate(() => window.client.patient.id)).toBe(home.patientId);
    expect(await read(recordUrl)).toMatchObject({ resourceType: 'Bundle' });
    await context.close();
  }, 120_000);

  test('whoever cancels gives the app nothing', async () => {
    await signIn({ scope: 'openid patient/*.rs' });
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.waitForFunction('document.title.startsWith("Failed")');
    expect(await page.title()).toContain('did not allow it');
    await context.close();
  }, 60_000);
});
