import {
  DeviceSession,
  noClock,
  pairDevice,
  sendOverHttp,
  stamp,
  wallClock,
  type DeviceClock,
  type PairedDevice,
} from '@careledger/examples/device';
import { sha256 } from '@careledger/crypto';
import { frameOrigin, makeFrame, parseProof } from '@careledger/private-chain';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import {
  GATEWAY_ID,
  GatewayFixture,
  glucose,
  type GatewayPatient,
} from '../fixtures/services/gateway-fixture.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** What a test itself may take between two looks at the clock. */
const SLACK_MS = 15_000;

let fixture: GatewayFixture;
let patient: GatewayPatient;
beforeAll(async () => {
  fixture = await GatewayFixture.start();
}, 120_000);
afterAll(() => fixture[Symbol.asyncDispose](), 60_000);
beforeEach(async () => {
  patient = await fixture.patient();
}, 30_000);

interface ReadingView {
  readonly t: string;
  readonly deviceTime?: string;
  readonly boot?: string;
  readonly epoch: string;
  readonly seq: number;
  readonly index: number;
  readonly value: number;
  readonly comparator?: string;
  readonly flags: readonly string[];
}

async function pair(): Promise<PairedDevice> {
  const { pairingCode } = await fixture.own(patient, 'POST', '/pairing-codes');
  return pairDevice({
    gatewayUrl: fixture.gateway.url,
    gatewayId: GATEWAY_ID,
    pairingCode: pairingCode as string,
    type: 'continuous-glucose-monitor',
    codes: ['2339-0'],
  });
}

async function readings(): Promise<readonly ReadingView[]> {
  return (await fixture.own(patient, 'GET', '/readings'))['readings'] as ReadingView[];
}

/** How long ago each of the patient's readings counts as measured. */
const agesMs = async (): Promise<number[]> => (await readings()).map(({ t }) => Date.now() - Date.parse(t));

/** Of a few minutes ago and of now, the first very low. */
const twoReadings = () => [glucose(Date.now() - 3 * MINUTE_MS, 48), glucose(Date.now(), 104)];

test.each([
  ['right', 0],
  ['2 min ahead', 2 * MINUTE_MS],
  ['10 min behind', -10 * MINUTE_MS],
  ['5 h behind', -5 * HOUR_MS],
  ['5 h ahead', 5 * HOUR_MS],
  ['in 1970', HOUR_MS - Date.now()],
])(
  'a device whose clock is %s connects, and its readings count when they were measured',
  async (_name, aheadMs) => {
    const device = await pair();
    await using session = await DeviceSession.open(device, { clock: wallClock(aheadMs) });
    expect(await session.send(twoReadings())).toMatchObject({ seq: 0, status: 'stored' });
    const [early = 0, late = 0] = await agesMs();
    expect(Math.abs(early - 3 * MINUTE_MS)).toBeLessThan(SLACK_MS);
    expect(Math.abs(late)).toBeLessThan(SLACK_MS);
    expect(Math.abs(Date.parse(session.gatewayTime ?? '') - Date.now())).toBeLessThan(SLACK_MS);
    const [{ deviceTime }] = (await readings()) as [ReadingView];
    if (aheadMs === 0) return;
    expect(Math.abs(Date.parse(deviceTime ?? '') - (Date.now() - early + aheadMs))).toBeLessThan(SLACK_MS);
  },
  30_000,
);

test('one reading an hour ahead refuses none of its frame, nor the next', async () => {
  await using session = await DeviceSession.open(await pair());
  const frame = [...twoReadings(), glucose(Date.now() + HOUR_MS, 47)];
  expect(await session.send(frame)).toMatchObject({ status: 'stored' });
  expect(await session.send([glucose(Date.now(), 105)])).toMatchObject({ status: 'stored' });
  expect((await agesMs()).every((ageMs) => ageMs >= 0)).toBe(true);
  expect((await readings()).map(({ value }) => value)).toEqual([48, 104, 47, 105]);
}, 30_000);

test('a device without a clock: comparators and times arrive, also of before its restart', async () => {
  const device = await pair();
  const first = await DeviceSession.open(device, { clock: noClock() });
  expect(await first.send([{ ...glucose(Date.now(), 40), comparator: '<' }])).toMatchObject({
    status: 'stored',
  });
  // Signed before the restart, and sent after it.
  const unsent = first.sign([glucose(Date.now(), 101)]);
  const { place } = first;
  await first.close();
  await using second = await DeviceSession.open(device, { clock: noClock() }, place);
  expect(await second.resend(unsent)).toMatchObject({ seq: 1, status: 'stored' });
  expect(await second.send([glucose(Date.now(), 102)])).toMatchObject({ seq: 2, status: 'stored' });
  const stored = await readings();
  expect(stored.map(({ value, comparator }) => [value, comparator])).toEqual([
    [40, '<'],
    [101, undefined],
    [102, undefined],
  ]);
  expect(stored.flatMap(({ flags }) => flags)).not.toContain('TIME_UNKNOWN');
  expect(new Set(stored.map(({ boot }) => boot)).size).toBe(2);
  for (const ageMs of await agesMs()) expect(Math.abs(ageMs)).toBeLessThan(SLACK_MS);
}, 30_000);

test('readings of a boot that the gateway never heard of are kept as TIME_UNKNOWN', async () => {
  const device = await pair();
  const forgotten = noClock();
  await using session = await DeviceSession.open(device, { clock: noClock() });
  expect(await session.send([glucose(Date.now(), 101)])).toMatchObject({ status: 'stored' });
  const { seq, prev } = session.place;
  const { epoch } = device.registration;
  const stamped = stamp(forgotten, [glucose(Date.now(), 49)]);
  const frame = { v: 2 as const, by: 'device' as const, epoch, seq, prev };
  const token =
    'boot' in stamped
      ? makeFrame({ ...frame, ...stamped }, device.signer)
      : makeFrame({ ...frame, ...stamped }, device.signer);
  expect(await session.resend(token)).toMatchObject({ status: 'stored' });
  const [, unknown] = await readings();
  expect(unknown).toMatchObject({ value: 49, flags: expect.arrayContaining(['TIME_UNKNOWN']) });
  expect(Date.now() - Date.parse(unknown?.t ?? '')).toBeGreaterThan(15 * MINUTE_MS);
}, 30_000);

test('a frame refused inside a pipeline: the device makes its place void, and goes on', async () => {
  await using session = await DeviceSession.open(await pair());
  const answers = await Promise.all(
    [
      [glucose(Date.now(), 100)],
      [{ ...glucose(Date.now(), 5.6), unit: 'mmol/L' }],
      [glucose(Date.now(), 102)],
    ].map((frame) => session.send(frame)),
  );
  expect(answers.map(({ status }) => status)).toEqual(['stored', 'rejected', 'stored']);
  expect(answers[1]?.detail).toContain('readings[0].unit is mmol/L; 2339-0 is taken in mg/dL');
  expect(await session.send([glucose(Date.now(), 103)])).toMatchObject({ seq: 3, status: 'stored' });
  const { devices } = await fixture.own(patient, 'GET', '/devices');
  expect(devices).toMatchObject([{ nextSeq: 4, missing: 0 }]);
  // Nothing behind it: its place is free again.
  expect(await session.send([{ ...glucose(Date.now(), 5.6), unit: 'mmol/L' }])).toMatchObject({
    seq: 4,
    status: 'rejected',
  });
  expect(await session.send([glucose(Date.now(), 104)])).toMatchObject({ seq: 4, status: 'stored' });
}, 30_000);

test('over HTTP, a device in 1970 makes its token again with the nonce of the answer', async () => {
  const device = await pair();
  const clock: DeviceClock = wallClock(HOUR_MS - Date.now());
  const { deviceId, epoch } = device.registration;
  const stamped = stamp(clock, twoReadings());
  const frame = {
    v: 2 as const,
    by: 'device' as const,
    epoch,
    seq: 0,
    prev: frameOrigin(deviceId, epoch, sha256),
  };
  const token =
    'boot' in stamped
      ? makeFrame({ ...frame, ...stamped }, device.signer)
      : makeFrame({ ...frame, ...stamped }, device.signer);
  expect(await sendOverHttp(fixture.gateway.url, device, token, { clock })).toMatchObject({
    status: 'stored',
    gatewayTime: expect.any(String),
  });
  for (const ageMs of await agesMs()) expect(Math.abs(ageMs)).toBeLessThan(3 * MINUTE_MS + SLACK_MS);
}, 30_000);

test('after a re-pairing what came before keeps its proofs; beyond a frame, an epoch or a counter it is 404', async () => {
  const device = await pair();
  const { deviceId, epoch } = device.registration;
  await using before = await DeviceSession.open(device);
  await before.send([{ ...glucose(Date.now(), 40), comparator: '<' }]);
  await before.close();
  await fixture.own(patient, 'POST', '/flush');
  const { pairingCode } = await fixture.own(patient, 'POST', `/devices/${deviceId}/re-pair`);
  const again = await pairDevice({
    gatewayUrl: fixture.gateway.url,
    gatewayId: GATEWAY_ID,
    pairingCode: pairingCode as string,
    signer: device.signer,
    type: 'continuous-glucose-monitor',
    codes: ['2339-0'],
  });
  expect(again.registration.epoch).not.toBe(epoch);
  const proofs = (query: string) =>
    fixture.call(
      'GET',
      `/v1/patients/${patient.patientId}/proofs?deviceId=${deviceId}&${query}`,
      undefined,
      patient.token,
    );
  const { status, body } = await proofs(`seq=0&epoch=${epoch}`);
  expect(status).toBe(200);
  expect(parseProof(JSON.stringify(body))).toMatchObject({
    v: 2,
    reading: { index: 0, value: 40, comparator: '<' },
  });
  const refused = [
    ['seq=0', 404, 'FRAME_NOT_FOUND'],
    [`seq=1&epoch=${epoch}`, 404, 'FRAME_NOT_FOUND'],
    [`seq=0&epoch=another`, 404, 'FRAME_NOT_FOUND'],
    [`seq=0&reading=1&epoch=${epoch}`, 404, 'READING_NOT_FOUND'],
    [`seq=${2 ** 31}&epoch=${epoch}`, 400, 'VALIDATION_FAILED'],
  ] as const;
  for (const [query, expected, code] of refused) {
    expect([query, await proofs(query)]).toMatchObject([query, { status: expected, body: { code } }]);
  }
}, 60_000);
