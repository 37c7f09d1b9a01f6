import { STATEMENTS, type StatedSettings, type StatementBody } from '@careledger/contracts';
import { generateEd25519, randomId128, type Signer } from '@careledger/crypto';
import { makeStatement } from '@careledger/statements';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { PASSPHRASE } from '../../testing/open-core.js';
import { RecordsFixture } from '../../testing/records-fixture.js';
import { glucose, type SimulatedDevice } from '../../testing/simulated-device.js';
import { TOKENS, newTestApp } from '../../testing/test-app.js';
import { settingsPlugin } from '../http/settings/plugin.js';
import type { Patient } from '../patients/index.js';
import { SettingsStore } from './store.js';

const HOSPITAL = 'aut_hospital';
const PHYSICIAN = `prc_${'a'.repeat(32)}`;
const MINUTE_MS = 60_000;
const unlock = { passphrase: PASSPHRASE, caller: 'the patient' };
const TIGHT: StatedSettings = { glucose: { veryLowMgPerDl: 60 } };
const LOOSE: StatedSettings = { glucose: { veryLowMgPerDl: 45 } };
const HEX64 = /^[0-9a-f]{64}$/;

let fixture: RecordsFixture;
let patient: Patient;
let device: SimulatedDevice;
let app: Awaited<ReturnType<typeof newTestApp>>;
beforeEach(async () => {
  fixture = await RecordsFixture.open();
  ({ patient, device } = await fixture.patient());
  fixture.practitioners.add(PHYSICIAN);
  await serve();
});
afterEach(async () => {
  await app.close();
  await fixture[Symbol.asyncDispose]();
});

async function serve(): Promise<void> {
  app = await newTestApp(patient.patientId);
  const { core, settingsService, settingsStore } = fixture;
  await app.register(settingsPlugin, { core, settingsService, settingsStore, overrides: {} });
}

const iat = () => Math.floor(fixture.testCore.nowMs / 1_000);

interface Made {
  readonly iss?: string;
  readonly signer?: Signer;
  readonly aud?: string;
  readonly body?: Partial<StatementBody<'settings'>>;
}

/** A statement on top of what is in force, by the patient unless told. */
async function said(
  settings: StatedSettings,
  { iss, signer, aud = 'devnet', body }: Made = {},
): Promise<string> {
  const { patientId } = patient;
  const before = fixture.settingsService.inForce(patient);
  return makeStatement(
    {
      ...{
        typ: STATEMENTS.settings.typ,
        iss: iss ?? patientId,
        aud,
        channels: ['authorities'],
        sid: randomId128(),
        iat: iat(),
      },
      body: {
        ...{ patientId, version: (before?.version ?? 0) + 1, previous: before?.hash ?? null, settings },
        ...body,
      },
    },
    signer ?? (await fixture.core.patients.unlockConsent(patientId, PASSPHRASE)),
  );
}
const byHospital = (settings: StatedSettings, more: Made = {}): Promise<string> =>
  said(settings, {
    ...{ iss: HOSPITAL, signer: fixture.hospital.signer },
    ...more,
    body: { practitionerId: PHYSICIAN, ...more.body },
  });

const url = () => `/v1/patients/${patient.patientId}/settings`;
const headers = { authorization: `Bearer ${TOKENS.patient}` };
async function put(body: object, ifMatch?: string) {
  const given = ifMatch === undefined ? headers : { ...headers, 'if-match': ifMatch };
  const answer = await app.inject({ method: 'PUT', url: url(), headers: given, payload: body });
  return {
    status: answer.statusCode,
    etag: answer.headers['etag'],
    body: answer.json() as Record<string, unknown>,
  };
}
const get = async (path = '') =>
  (await app.inject({ url: `${url()}${path}`, headers })).json() as Record<string, unknown>;

/** One glucose value, measured now. */
async function measure(value: number): Promise<void> {
  const { nowMs } = fixture.testCore;
  await fixture.testCore.send(device, device.frame(nowMs, [glucose(nowMs, value)]));
}
const alarms = () => fixture.processing.alarmCounts();

describe('a patient', () => {
  test('tightens, by the passphrase or by a statement of the app: it is in force, on disk, and in the history', async () => {
    const first = await put({ settings: TIGHT, passphrase: PASSPHRASE }, '"0"');
    expect(first).toMatchObject({
      status: 200,
      etag: '"1"',
      body: { version: 1, hash: expect.stringMatching(HEX64) },
    });
    const stricter = { glucose: { veryLowMgPerDl: 65 }, person: { birthYear: 1970 } };
    const second = await put({ statement: await said(stricter) }, '"1"');
    expect(second).toMatchObject({ status: 200, body: { version: 2 } });
    expect(await get()).toMatchObject({
      ...{ version: 2, hash: second.body['hash'], patient: stricter, authority: {} },
      inForce: {
        glucose: { veryLowMgPerDl: 65, veryHighMgPerDl: 250 },
        person: { birthYear: 1970, isPregnant: false },
      },
    });
    await fixture.restart();
    await serve();
    const page = await get('/versions?limit=1');
    expect(page).toMatchObject({ versions: [{ version: 1, by: 'patient', settings: TIGHT }] });
    expect(await get(`/versions?cursor=${String(page['next'])}`)).toMatchObject({
      versions: [{ version: 2, settings: stricter, statement: expect.any(String) }],
      next: null,
    });
    expect(await get()).toMatchObject({ version: 2, patient: stricter });
  });

  test('does not loosen, nor choose the scale of SpO2', async () => {
    for (const [settings, limits] of [
      [LOOSE, ['glucose.veryLowMgPerDl']],
      [{ news2: { spo2Scale: 2 } }, ['news2.spo2Scale']],
      [
        { silence: { cgmMs: null }, news2: { singleParameter: null } },
        ['news2.singleParameter', 'silence.cgmMs'],
      ],
    ] as const) {
      const answer = await put({ settings, passphrase: PASSPHRASE });
      expect(answer).toMatchObject({ status: 403, body: { code: 'SETTINGS_LOOSENED', limits } });
    }
    expect(await get()).toMatchObject({ version: 0, hash: null, from: null, patient: {} });
  });

  test('hears of what contradicts itself, and of devices that are not the patient’s', async () => {
    const other = await fixture.patient();
    for (const settings of [
      { glucose: { veryLowMgPerDl: 100 } },
      { glucose: { veryLowMgPerDl: 3.9 } },
      { windowMs: 1 },
      { devices: { [other.device.deviceId]: { sensorSince: '2026-01-01T00:00:00.000Z' } } },
      { devices: { [device.deviceId]: { sameSensorAs: other.device.deviceId } } },
    ]) {
      const answer = await put({ settings, passphrase: PASSPHRASE });
      expect([settings, answer.status, answer.body['code']]).toEqual([settings, 422, 'SETTINGS_INVALID']);
    }
    const unknown = await put({ settings: { glucose: { isOff: true } }, passphrase: PASSPHRASE });
    expect(unknown).toMatchObject({ status: 400, body: { code: 'VALIDATION_FAILED' } });
  });

  test('says what is known of a device', async () => {
    const devices = {
      [device.deviceId]: { sensorSince: '2026-06-01T07:00:00.000Z', instrumentRange: { low: 50, high: 300 } },
    };
    expect(await put({ settings: { devices }, passphrase: PASSPHRASE })).toMatchObject({ status: 200 });
    await measure(52);
    // In a sensor's first day a low is in doubt.
    expect(alarms()).toEqual({ high: 0, medium: 1, low: 0 });
  });
});

describe('the urgent lane', () => {
  const urgent = () => fixture.core.pipeline.counters.urgent;

  test('follows a tightened limit from its statement on, and after a restart', async () => {
    await measure(60);
    expect(urgent()).toBe(0);
    await put({ settings: { glucose: { veryLowMgPerDl: 65 } }, passphrase: PASSPHRASE });
    fixture.testCore.nowMs += MINUTE_MS;
    await measure(60);
    expect([urgent(), alarms()]).toEqual([1, { high: 1, medium: 0, low: 0 }]);
    await fixture.restart();
    await measure(61);
    expect(urgent()).toBe(1);
    const { patient: another, device: theirs } = await fixture.patient();
    expect(another.patientNo).not.toBe(patient.patientNo);
    const { nowMs } = fixture.testCore;
    await fixture.testCore.send(theirs, theirs.frame(nowMs, [glucose(nowMs, 60)]));
    expect(urgent()).toBe(1);
  });

  test('asks the store for a patient’s settings once, whatever comes', async () => {
    const page = jest.spyOn(SettingsStore.prototype, 'page');
    for (let n = 0; n < 5; n++) await measure(50);
    await fixture.restart();
    page.mockClear();
    for (let n = 0; n < 20; n++) await measure(50);
    expect(page.mock.calls.length).toBeLessThanOrEqual(1);
    page.mockRestore();
  });
});

describe('what is said of a device', () => {
  const nothing = (deviceId: string) => `{"devices":{"${deviceId}":null}}`;
  test.each<[string, () => string]>([
    ['nothing', () => nothing(device.deviceId)],
    ['nothing, of a name that is no device', () => nothing('x')],
    ['nothing, of one with a line break', () => nothing('a\\nb')],
    ['nothing, of an object’s own name', () => nothing('constructor')],
    ['a member too many', () => `{"devices":{"${device.deviceId}":{"isOff":true}}}`],
  ])('is refused if it is %s, by passphrase or statement, and takes nothing down', async (_what, made) => {
    const settings = JSON.parse(made()) as StatedSettings;
    const byPassphrase = await put({ settings, passphrase: PASSPHRASE });
    expect(byPassphrase).toMatchObject({ status: 400, body: { code: 'VALIDATION_FAILED' } });
    const byStatement = await put({ statement: await said(settings) });
    expect(byStatement).toMatchObject({ status: 422, body: { code: 'SETTINGS_STATEMENT_REFUSED' } });
    expect(await get()).toMatchObject({ version: 0 });
  });

  test('is refused of a name that is no device, whatever it is', async () => {
    for (const name of ['x', 'a\nb', 'constructor', '']) {
      const settings = { devices: { [name]: {} } };
      const refused = { status: 422, body: { code: 'SETTINGS_INVALID' } };
      expect(await put({ settings, passphrase: PASSPHRASE })).toMatchObject(refused);
      expect(await put({ statement: await said(settings) })).toMatchObject(refused);
    }
    // A member like any other, after JSON.parse.
    const hostile = JSON.parse('{"devices":{"__proto__":{}}}') as StatedSettings;
    const answer = await put({ statement: await said(hostile) });
    expect(answer).toMatchObject({ status: 422, body: { code: expect.stringMatching(/^SETTINGS_/) } });
  });
});

describe('a pause of a device', () => {
  const DAY_MS = 24 * 60 * MINUTE_MS;
  const until = (ms: number): StatedSettings => ({
    devices: { [device.deviceId]: { pausedUntil: new Date(fixture.testCore.nowMs + ms).toISOString() } },
  });

  test('is at most seven days long, whichever way it is said', async () => {
    const long = until(7 * DAY_MS + 1);
    const refused = {
      ...{ status: 422, body: { code: 'SETTINGS_INVALID', detail: expect.stringContaining('pausedUntil') } },
    };
    expect(await put({ settings: long, passphrase: PASSPHRASE })).toMatchObject(refused);
    expect(await put({ statement: await said(long) })).toMatchObject(refused);
    expect(await put({ settings: until(7 * DAY_MS), passphrase: PASSPHRASE })).toMatchObject({ status: 200 });
  });

  test('reaches the rules: its silence is no alarm, and what it sends is judged as always', async () => {
    const silences = () =>
      fixture.processing.episodes(patient.patientNo, undefined, 10).filter(({ rule }) => rule === 'silence')
        .length;
    // A limit of a minute, since the device is none that has one.
    const limit = { silence: { otherMs: MINUTE_MS, cgmMs: MINUTE_MS } };
    const live = async () => {
      for (let n = 0; n < 3; n++) {
        fixture.testCore.nowMs += 10_000;
        await fixture.testCore.send(
          device,
          device.frame(fixture.testCore.nowMs, [glucose(fixture.testCore.nowMs, 100)]),
        );
      }
    };
    await live();
    await put({ settings: { ...limit, ...until(DAY_MS) }, passphrase: PASSPHRASE });
    fixture.testCore.nowMs += 60 * MINUTE_MS;
    fixture.processor.tick();
    expect(silences()).toBe(0);
    const { nowMs } = fixture.testCore;
    await fixture.testCore.send(device, device.frame(nowMs, [glucose(nowMs, 45)]));
    expect(fixture.processing.episodes(patient.patientNo, undefined, 10)).toMatchObject([
      { rule: 'glucose-very-low' },
    ]);
    await put({ settings: limit, passphrase: PASSPHRASE });
    await live();
    fixture.testCore.nowMs += 2 * MINUTE_MS;
    fixture.processor.tick();
    expect(silences()).toBe(1);
  });
});

describe('what builds on another version', () => {
  test('is 412 with the one in force, whichever way it is said', async () => {
    const early = await said(TIGHT);
    const { body } = await put({ settings: TIGHT, passphrase: PASSPHRASE });
    const stale = { status: 412, body: { code: 'VERSION_CHANGED', version: 1, hash: body['hash'] } };
    expect(await put({ settings: TIGHT, passphrase: PASSPHRASE }, '"0"')).toMatchObject(stale);
    expect(await put({ statement: early })).toMatchObject(stale);
    const ahead = { version: 2, previous: '0'.repeat(64) };
    expect(await put({ statement: await said(TIGHT, { body: ahead }) })).toMatchObject(stale);
    const skipped = { version: 3 };
    expect(await put({ statement: await said(TIGHT, { body: skipped }) })).toMatchObject(stale);
  });

  test('a statement that comes again is answered as the first time; an older one brings nothing back', async () => {
    const [first, tighter] = [await said(TIGHT), { glucose: { veryLowMgPerDl: 70 } }];
    const taken = await put({ statement: first }, '"0"');
    expect(await put({ statement: first }, '"0"')).toEqual(taken);
    await put({ statement: await said(tighter) });
    expect(await put({ statement: first })).toMatchObject({ status: 412 });
    expect(await get()).toMatchObject({ version: 2, patient: tighter });
  });

  test('of two at once one is taken', async () => {
    const both = [await said(TIGHT), await said({ fever: { isOn: true } })];
    const statuses = await Promise.all(both.map(async (statement) => (await put({ statement })).status));
    expect(statuses.sort()).toEqual([200, 412]);
  });
});

describe('a practitioner', () => {
  beforeEach(() => {
    fixture.grant(patient, fixture.hospital, { permissions: ['read', 'write'] });
  });

  test('loosens, and sets scale 2; the patient’s own facts and tighter limits stand', async () => {
    await put({ settings: { person: { isPregnant: true }, fever: { isOn: true } }, passphrase: PASSPHRASE });
    const stated = { ...LOOSE, news2: { spo2Scale: 2 as const } };
    expect(await put({ statement: await byHospital(stated) })).toMatchObject({
      status: 200,
      body: { version: 2 },
    });
    expect(await get()).toMatchObject({
      authority: stated,
      inForce: {
        ...{ glucose: { veryLowMgPerDl: 45 }, news2: { spo2Scale: 2 } },
        ...{ person: { isPregnant: true }, fever: { isOn: true } },
      },
    });
    expect(await get('/versions')).toMatchObject({
      versions: [{ by: 'patient' }, { by: 'authority', authorityId: HOSPITAL, practitionerId: PHYSICIAN }],
    });
    // Down to what the practitioner allows, and no further.
    expect(await put({ settings: LOOSE, passphrase: PASSPHRASE })).toMatchObject({ status: 200 });
    const looser = { glucose: { veryLowMgPerDl: 44 } };
    expect(await put({ settings: looser, passphrase: PASSPHRASE })).toMatchObject({ status: 403 });
  });

  test('is nobody without a grant, a right, or a place at the authority', async () => {
    const notGranted = (reason: string) => ({ status: 403, body: { code: 'SETTINGS_NOT_GRANTED', reason } });
    const stranger = { body: { practitionerId: `prc_${'b'.repeat(32)}` } };
    const byStranger = await put({ statement: await byHospital(LOOSE, stranger) });
    expect(byStranger).toMatchObject(notGranted('PRACTITIONER_UNKNOWN'));
    fixture.revoke(patient);
    expect(await put({ statement: await byHospital(LOOSE) })).toMatchObject(notGranted('NO_GRANT'));
    fixture.grant(patient, fixture.hospital, { permissions: ['read'] });
    expect(await put({ statement: await byHospital(LOOSE) })).toMatchObject(
      notGranted('PERMISSION_NOT_GRANTED'),
    );
    fixture.revoke(patient);
    fixture.grant(patient, fixture.hospital, {
      permissions: ['modify'],
      scopeTags: ['AAAAAAAAAAAAAAAAAAAAAA'],
    });
    expect(await put({ statement: await byHospital(LOOSE) })).toMatchObject(notGranted('SCOPE_NOT_GRANTED'));
    expect(await get()).toMatchObject({ version: 0, authority: {} });
  });

  test.each<[string, () => Promise<string>]>([
    ['signed by a stranger', () => byHospital(LOOSE, { signer: generateEd25519().signer })],
    ['in the patient’s name', () => said(TIGHT, { signer: fixture.hospital.signer })],
    [
      'by the patient in the authority’s name',
      () => said(LOOSE, { iss: HOSPITAL, body: { practitionerId: PHYSICIAN } }),
    ],
    ['for nobody of the authority', () => said(LOOSE, { iss: HOSPITAL, signer: fixture.hospital.signer })],
    ['by a provider', () => byHospital(LOOSE, { iss: 'prv_cloud-a' })],
    ['for another network', () => byHospital(LOOSE, { aud: 'elsewhere' })],
    ['about another patient', () => byHospital(LOOSE, { body: { patientId: `pat_${'b'.repeat(32)}` } })],
    ['with a member too many', () => said({ glucose: { isOff: 1 } } as never)],
    ['of another kind', () => revocation()],
  ])('a statement %s is refused', async (_name, made) => {
    const answer = await put({ statement: await made() });
    expect(answer).toMatchObject({ status: 422, body: { code: 'SETTINGS_STATEMENT_REFUSED' } });
    expect(fixture.settingsStore.page(patient.patientNo, 0, 10)).toEqual([]);
  });

  /** Signed by the patient, and no settings. */
  async function revocation(): Promise<string> {
    const signer = await fixture.core.patients.unlockConsent(patient.patientId, PASSPHRASE);
    return makeStatement(
      {
        ...{
          typ: STATEMENTS.revokeAll.typ,
          iss: patient.patientId,
          aud: 'devnet',
          channels: ['authorities'],
          iat: iat(),
        },
        body: { policySeq: 1 },
      },
      signer,
    );
  }
});

describe('what is in force at rule time judges', () => {
  test('a reading from before the change by what was in force then, one from after by the new', async () => {
    await measure(58);
    expect(alarms().high).toBe(0);
    fixture.testCore.nowMs += MINUTE_MS;
    await fixture.settingsService.state(patient, TIGHT, unlock);
    const { nowMs } = fixture.testCore;
    // Measured before, comes after.
    await fixture.testCore.send(device, device.frame(nowMs, [glucose(nowMs - 2 * MINUTE_MS, 57)]));
    expect(alarms().high).toBe(0);
    fixture.testCore.nowMs += MINUTE_MS;
    await measure(58);
    expect(alarms().high).toBe(1);
  });

  test('a gateway whose clock was set back judges nothing twice', async () => {
    await measure(58);
    const { nowMs } = fixture.testCore;
    fixture.testCore.nowMs -= 10 * MINUTE_MS;
    const { from } = await fixture.settingsService.state(patient, TIGHT, unlock);
    expect(from).toBe(nowMs + 1);
  });

  test('after a crash, and when all is processed again, with the same outcome', async () => {
    await measure(58);
    fixture.testCore.nowMs += MINUTE_MS;
    await fixture.settingsService.state(patient, TIGHT, unlock);
    fixture.testCore.nowMs += MINUTE_MS;
    await measure(58);
    const [before] = fixture.processing.allDue();
    const { database } = fixture.core.store;
    database.prepare('DELETE FROM processing_states').run();
    database.prepare('DELETE FROM due_records').run();
    database.prepare('DELETE FROM episodes').run();
    database.prepare('UPDATE processing_cursor SET row_id = 0').run();
    await fixture.restart();
    expect(fixture.processing.allDue()[0]?.source).toBe(before?.source);
    expect(alarms().high).toBe(1);
  });

  test('every record names the settings that shaped it', async () => {
    await fixture.settingsService.state(patient, TIGHT, unlock);
    const settings = fixture.settingsService.inForce(patient);
    await measure(58);
    fixture.processor.flush(patient.patientNo);
    const bundles = await Promise.all(
      (await fixture.make()).map(async ({ version }) => JSON.stringify(await fixture.open(patient, version))),
    );
    expect(bundles).toHaveLength(2);
    for (const bundle of bundles)
      expect(bundle).toContain(`{"system":"urn:careledger:settings","value":"1:${settings?.hash}"}`);
  });
});
