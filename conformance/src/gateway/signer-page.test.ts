import { eventually } from '@careledger/examples';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { RunningService } from '@careledger/supervisor';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { call } from '../fixtures/services/api-client.js';
import { GatewayFixture, glucose, type GatewayPatient } from '../fixtures/services/gateway-fixture.js';
import { chromiumPath, startChromium } from '../fixtures/signer/chromium.js';
import { ConsentCommand } from '../fixtures/signer/consent-command.js';
import { ConsentPage } from '../fixtures/signer/consent-page.js';
import { startPage, type RunningPage } from '../fixtures/signer/running-page.js';
import { describePageDecisions } from './signer-page/decisions.js';

const HOSPITAL = 'aut_hospital';
const PASSPHRASE = 'words that no gateway ever hears';
const OTHER_KEY = 'A'.repeat(43);
const ORIGINS = 'CARELEDGER_HTTP_ALLOWED_ORIGINS';

const executable = chromiumPath();
if (executable === undefined)
  process.stderr.write('SKIPPED: the signer’s page needs Chromium in /usr/bin or in CHROMIUM\n');

(executable === undefined ? describe.skip : describe)('the signer’s page in a real browser', () => {
  let served: RunningPage;
  let fixture: GatewayFixture;
  let hospital: RunningService;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let consent: ConsentPage;
  let patientId: string;
  let patient: GatewayPatient;
  const complaints: string[] = [];

  beforeAll(async () => {
    served = await startPage();
    process.env[ORIGINS] = JSON.stringify([served.url]);
    fixture = await GatewayFixture.start({ gateway: { consentKeys: 'patient' } });
    hospital = fixture.layers.authority();
    browser = await startChromium(executable ?? '');
    context = await browser.newContext();
    page = await context.newPage();
    consent = new ConsentPage(page);
    page.on('pageerror', (error) => complaints.push(error.message));
  }, 300_000);
  afterAll(async () => {
    Reflect.deleteProperty(process.env, ORIGINS);
    await browser.close();
    await served[Symbol.asyncDispose]();
    await fixture[Symbol.asyncDispose]();
  }, 60_000);

  const sign = (sentence: RegExp): Promise<void> => consent.sign(sentence);
  const saved = (): Promise<string> => consent.saved();
  const form = (name: string) => consent.form(name);
  const alerted = (code: string): Promise<void> => consent.alerted(code);

  test('makes a key, keeps it under the passphrase alone, and registers', async () => {
    await page.goto(served.url);
    const make = form('Make my key');
    await make.getByLabel('Network').fill(fixture.layers.network.networkId);
    await make.getByLabel('Passphrase, at least').fill(PASSPHRASE);
    await make.getByLabel('Passphrase once more').fill('another one altogether');
    await make.getByRole('button').click();
    await alerted('PASSPHRASE_DIFFERS');
    await make.getByLabel('Passphrase once more').fill(PASSPHRASE);
    await make.getByRole('button').click();

    const register = form('Register');
    await register.getByLabel('Address').fill(fixture.gateway.url);
    await register.getByLabel('Token').fill(String(fixture.gateway.tokens.ops));
    await register.getByRole('button').click();
    await sign(/gateway/i);
    await page.getByRole('heading', { name: 'Your rules' }).waitFor();
    patientId = String(await page.locator('code').first().textContent());
    const known = await fixture.call('GET', `/v1/patients/${patientId}`);
    expect(known.status).toBe(200);
  }, 120_000);

  test('the file in the browser opens with the passphrase, with no other, and with the command too', async () => {
    await page.reload();
    const unlock = form('Open');
    await unlock.getByLabel('Passphrase').fill('a passphrase of somebody else');
    await unlock.getByRole('button').click();
    await alerted('VAULT_LOCKED');
    await unlock.getByLabel('Passphrase').fill(PASSPHRASE);
    await unlock.getByRole('button').click();
    const backup = await saved();
    expect(backup).not.toContain(patientId);
    expect(Object.keys(JSON.parse(backup))).toEqual(['v', 'kind', 'kdf', 'iv', 'ciphertext']);
    await using command = await ConsentCommand.open();
    const file = await command.secret('backup', backup.trim());
    expect(await command.answer('restore', file)).toMatchObject({ restored: patientId });
  }, 120_000);

  /** What the hospital gets of the patient's newest record. */
  async function opened(): Promise<number> {
    const { records } = await fixture.own(patient, 'GET', '/records');
    const { recordId } = (records as { recordId: string }[]).at(-1) ?? {};
    return (await call(hospital, 'practitioner', `GET /v1/records/${recordId}?patientId=${patientId}`))
      .status;
  }

  test('takes a new token for the gateway', async () => {
    const { token } = await fixture.ok('POST', `/v1/patients/${patientId}/tokens`);
    patient = { patientId, token: String(token) };
    await page.getByRole('button', { name: 'Look again' }).click();
    await alerted('UNAUTHENTICATED');
    await page.getByText('I am registered already').click();
    const use = form('Use this gateway');
    await use.getByLabel('Address').fill(fixture.gateway.url);
    await use.getByLabel('My token').fill(patient.token);
    await use.getByRole('button').click();
    await page.getByRole('alert').waitFor({ state: 'detached' });
  }, 60_000);

  test('a request is approved in part, with the authority’s own word for its key; it opens a record, and a revocation closes it', async () => {
    await using device = await fixture.device(patient);
    await device.send([glucose(Date.now() - 7_200_000, 110), glucose(Date.now() - 60_000, 120)]);
    await fixture.own(patient, 'POST', '/flush');
    expect(await opened()).toBe(403);
    const scope = [{ category: 'laboratory', resourceType: '*' }, { label: 'PSY' }];
    const ask = { patientId, permissions: ['read', 'write'], purposes: ['TREAT', 'HRESCH'], scope };
    expect((await call(hospital, 'practitioner', 'POST /v1/subscriptions', ask)).status).toBeLessThan(300);
    const requests = page.getByRole('list', { name: 'Requests' });
    await eventually('the request is shown', async () => {
      await page.getByRole('button', { name: 'Look again' }).click();
      return (await requests.getByText(HOSPITAL).count()) > 0 || undefined;
    });
    await requests.getByRole('button', { name: 'Approve', exact: true }).click();
    await alerted('AUTHORITY_KEY_UNPROVED');

    const remember = form('Remember');
    await remember.getByLabel('Authority').fill(HOSPITAL);
    await remember.getByLabel('Its address').fill(hospital.url);
    await remember.getByRole('button').click();
    await page.getByRole('list', { name: 'Known authorities' }).getByText(HOSPITAL).waitFor();
    await requests.getByText('Approve in part').click();
    const part = form('Approve this part');
    for (const left of ['add to', 'research', 'label:PSY']) await part.getByLabel(left).uncheck();
    await part.getByLabel('Or only these').fill('vital-signs');
    await part.getByRole('button').click();
    await alerted('REQUEST_EXCEEDED');
    await part.getByLabel('Or only these').fill('laboratory/Observation');
    await part.getByLabel('Until').fill('2099-01-01T00:00');
    await part.getByRole('button').click();
    await sign(
      /to read my records of category laboratory \(Observation\), and no others, for treatment, .* until 2099.* in part\./,
    );
    await page.getByRole('list', { name: 'Grants' }).getByText(HOSPITAL).waitFor();

    await fixture.own(patient, 'POST', '/flush');
    await eventually('the record opens', async () => (await opened()) === 200 || undefined);
    await page.getByRole('list', { name: 'Grants' }).getByRole('button', { name: 'Revoke' }).click();
    await sign(/./);
    await eventually('the record is closed', async () => (await opened()) === 403 || undefined);
  }, 180_000);

  test('a gateway that gives a key of its own for the authority is found out', async () => {
    await context.route('**/v1/authorities/*', async (route) => {
      const response = await route.fetch();
      const answer = { ...((await response.json()) as object), encryptionKey: OTHER_KEY };
      await route.fulfill({ response, json: answer });
    });
    const grant = form('Grant');
    await grant.getByLabel('Authority').fill(HOSPITAL);
    await grant.getByRole('button').click();
    await alerted('AUTHORITY_KEY_SWAPPED');
    await context.unroute('**/v1/authorities/*');
  }, 60_000);

  test('what the patient does not sign is neither signed nor sent', async () => {
    const grant = form('Grant');
    await grant.getByRole('button', { name: 'Grant' }).click();
    const dialog = page.getByRole('dialog', { name: 'You sign' });
    await dialog.getByRole('button', { name: 'Do not sign' }).click();
    await alerted('Nothing was signed');
    const { grants } = await fixture.own(patient, 'GET', '/grants');
    expect(grants).toEqual([expect.objectContaining({ status: 'revoked' })]);
  }, 60_000);

  test('a denial that another signer of the patient’s has made is shown as one, and revoked', async () => {
    await using command = await ConsentCommand.open();
    await command.answer('restore', await command.secret('backup', (await saved()).trim()));
    expect(await command.answer('deny', '--permissions', 'read')).toMatchObject({ status: 'done' });
    await page.getByRole('button', { name: 'Look again' }).click();
    const denials = page.getByRole('list', { name: 'Denials' });
    await denials.getByText('anybody may not read for TREAT').waitFor();
    await denials.getByText('not signed here').waitFor();
    await denials.getByRole('button', { name: 'Revoke' }).click();
    await sign(/I end my grant .* \(or denial\)/);
    await denials.waitFor({ state: 'detached' });
  }, 120_000);

  test('what the gateway did not take is kept, shown, and sent again', async () => {
    const grants = `**/v1/patients/${patientId}/grants`;
    await context.route(grants, (route) =>
      route.request().method() === 'POST' ? route.abort() : route.continue(),
    );
    await form('Grant').getByRole('button', { name: 'Grant' }).click();
    await sign(/aut_hospital/);
    await alerted('GATEWAY_UNREACHABLE');
    await page.getByText('1 signed, and not taken by the gateway yet.').waitFor();
    await context.unroute(grants);
    await page.getByRole('button', { name: 'Send again' }).click();
    await page.getByRole('list', { name: 'Grants' }).getByText(HOSPITAL).waitFor();
    await page.getByRole('button', { name: 'Send again' }).waitFor({ state: 'detached' });
  }, 60_000);

  test('single measured values are in what is signed where the patient ticks them, in nothing else', async () => {
    const grants = page.getByRole('list', { name: 'Grants' });
    const activeGrant = async (): Promise<unknown> => {
      const { grants: all } = await fixture.own(patient, 'GET', '/grants');
      return (all as { status: string; detail?: true }[]).filter(({ status }) => status === 'active').at(-1);
    };
    const revoked = async (): Promise<void> => {
      await grants.getByRole('button', { name: 'Revoke' }).click();
      await sign(/I end my grant/);
      await grants.waitFor({ state: 'detached' });
    };
    await revoked();
    const grant = form('Grant');
    await grant.getByLabel('with the single measured values').check();
    await grant.getByRole('button', { name: 'Grant' }).click();
    await sign(/ALL my records, whatever they say \(with the single measured values\), for/);
    await grants.getByText('with the single measured values').waitFor();
    expect(await activeGrant()).toMatchObject({ detail: true });
    await revoked();

    const ask = { patientId, permissions: ['read'], purposes: ['TREAT'], detail: true };
    expect((await call(hospital, 'practitioner', 'POST /v1/subscriptions', ask)).status).toBeLessThan(300);
    const requests = page.getByRole('list', { name: 'Requests' });
    await eventually('the request is shown', async () => {
      await consent.look();
      return (await requests.getByText('with the single measured values').count()) > 0 || undefined;
    });
    await requests.getByText('Approve in part').click();
    const part = form('Approve this part');
    await part.getByLabel('with the single measured values').uncheck();
    await part.getByRole('button').click();
    await sign(/^(?!.*single measured values).*ALL my records, whatever they say, for .* in part\./);
    await grants.getByText(HOSPITAL).waitFor();
    expect(await grants.getByText('with the single measured values').count()).toBe(0);
    expect(await activeGrant()).not.toHaveProperty('detail');
  }, 120_000);

  describePageDecisions(() => ({ fixture, consent, patient, opened, hospitalUrl: hospital.url }));

  test('a second tab is refused: it would overwrite what the first one signs', async () => {
    const second = await context.newPage();
    await second.goto(served.url);
    await second.getByRole('alert').filter({ hasText: 'Another tab' }).waitFor();
    await second.close();
  }, 60_000);

  test('a script that was altered on its way does not run', async () => {
    const other = await browser.newContext();
    const tampered = await other.newPage();
    await other.route('**/signer.js', async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, body: `${await response.text()}\nglobalThis.stolen = true;` });
    });
    await tampered.goto(served.url);
    expect(await tampered.evaluate('globalThis.stolen')).toBeUndefined();
    expect(await tampered.locator('#page').textContent()).toBe('');
    await other.close();
  }, 60_000);

  test('needs nothing that its policy forbids', () => {
    expect(complaints).toEqual([]);
  });
});
