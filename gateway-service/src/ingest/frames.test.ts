import { expect, test } from '@jest/globals';
import { SimulatedDevice, glucose } from '../../testing/simulated-device.js';
import { TestCore } from '../../testing/test-core.js';

test('a frame is stored, chained and found again after a restart', async () => {
  await using t = await TestCore.open();
  const patient = await t.patient();
  const device = t.pair(patient);
  for (let seq = 0; seq < 5; seq++) {
    expect(await t.next(device)).toEqual({ seq, status: 'stored', height: 1 });
    t.nowMs += 1000;
  }
  const core = await t.reopen();
  expect(await t.next(device)).toEqual({ seq: 5, status: 'stored', height: 1 });
  await core.sealNow(patient.patientId);
  expect(core.head(patient.patientId).height).toBe(1);
  expect(await t.next(device)).toEqual({ seq: 6, status: 'stored', height: 2 });
  const report = await core.chain.verify(patient.patientNo);
  expect(report).toMatchObject({ ok: true, blocks: 2, frames: 6, readings: 6, gaps: 0, missing: 0 });
});

test('frame-replayed: the same bytes again are a duplicate, in the open block, in a sealed one, after a restart', async () => {
  await using t = await TestCore.open();
  const patient = await t.patient();
  const device = t.pair(patient);
  const frames = [device.frame(t.nowMs), device.frame(t.nowMs), device.frame(t.nowMs)];
  for (const frame of frames) await t.send(device, frame);
  expect(await t.send(device, frames[0]!)).toEqual({ seq: 0, status: 'duplicate', height: 1 });
  await t.core.sealNow(patient.patientId);
  expect(await t.send(device, frames[1]!)).toEqual({ seq: 1, status: 'duplicate', height: 1 });
  await t.reopen();
  expect(await t.send(device, frames[2]!)).toEqual({ seq: 2, status: 'duplicate', height: 1 });
  expect(await t.send(device, frames[0]!)).toEqual({ seq: 0, status: 'duplicate', height: 1 });
  expect(t.core.frames.framesAfter(0, 10).frames).toHaveLength(3);
});

test('many frames at once, of several devices and patients: each once, blocks of 64, chains that verify', async () => {
  await using t = await TestCore.open();
  const patients = [await t.patient(), await t.patient()];
  const devices = patients.flatMap((patient) => [t.pair(patient), t.pair(patient)]);
  const results = await Promise.all(
    devices.flatMap((device) => Array.from({ length: 100 }, () => t.send(device, device.frame(t.nowMs)))),
  );
  expect(results.every(({ status }) => status === 'stored')).toBe(true);
  for (const { patientId, patientNo } of patients) {
    await t.core.sealNow(patientId);
    expect(await t.core.chain.verify(patientNo)).toMatchObject({ ok: true, frames: 200, gaps: 0 });
    expect(Math.max(...sizesOf(t, patientNo))).toBe(64);
  }
  expect(t.core.pipeline.counters.stored).toBe(400);
});

function sizesOf(t: TestCore, patientNo: number): number[] {
  return [...t.core.chain.blocks(patientNo)].map((block) =>
    'frameCount' in block.body ? block.body.frameCount : 0,
  );
}

test('a gap is accepted openly; a late filler closes it; a filler that does not link is refused', async () => {
  await using t = await TestCore.open();
  const patient = await t.patient();
  const device = t.pair(patient);
  await t.next(device);
  const late = [device.frame(t.nowMs), device.frame(t.nowMs)];
  expect(await t.next(device)).toMatchObject({ seq: 3, status: 'stored' });
  expect(t.core.pipeline.counters.gaps).toBe(2);
  const forged = new SimulatedDevice();
  Object.assign(forged, { signer: device.signer, deviceId: device.deviceId });
  forged.begin(device.epoch);
  const misfit = forged.frame(t.nowMs, [glucose(t.nowMs, 99)], { seq: 1 });
  expect(await t.send(device, misfit)).toEqual({
    seq: 1,
    status: 'rejected',
    code: 'FRAME_FILLER_MISLINKED',
  });
  for (const frame of late) expect(await t.send(device, frame)).toMatchObject({ status: 'stored' });
  await t.core.sealNow(patient.patientId);
  expect(await t.core.chain.verify(patient.patientNo)).toMatchObject({ ok: true, frames: 4, gaps: 0 });
  const views = t.core.frames.framesAfter(0, 10).frames;
  expect(views.map(({ flags }) => flags)).toEqual([0, 0, 2, 2]);
});

test('forged-prev: the next counter with another prev is refused and changes nothing', async () => {
  await using t = await TestCore.open();
  const device = t.pair(await t.patient());
  await t.next(device);
  const { prev, seq } = device;
  const forged = device.frame(t.nowMs, undefined, { prev: 'A'.repeat(43) });
  expect(await t.send(device, forged)).toEqual({ seq: 1, status: 'rejected', code: 'FRAME_PREV_MISMATCH' });
  Object.assign(device, { prev, seq });
  expect(await t.next(device)).toMatchObject({ seq: 1, status: 'stored' });
});

test('bad frames get a code each, are counted, and the device goes on', async () => {
  await using t = await TestCore.open();
  const device = t.pair(await t.patient());
  const stranger = new SimulatedDevice().begin(device.epoch);
  const { nowMs } = t;
  const cases: readonly (readonly [string, Uint8Array])[] = [
    ['FRAME_SIGNATURE_INVALID', stranger.frame(nowMs).bytes],
    ['FRAME_MALFORMED', new TextEncoder().encode('{"not":"a frame"}')],
    ['FRAME_MALFORMED', device.rawFrame('{"v":1,')],
    ['FRAME_TYPE_WRONG', device.rawFrame('{}', 'careledger.other+jws')],
    ['FRAME_TOO_LARGE', new Uint8Array(65_537).fill(65)],
    ['FRAME_VALUE_INVALID', device.rawFrame(payload(device, nowMs, '1e999'))],
    ['FRAME_MALFORMED', device.rawFrame(payload(device, nowMs, 'NaN'))],
    ['UNKNOWN_CODE', device.rawFrame(payload(device, nowMs, '5').replace('2339-0', '99999-9'))],
    ['CODE_NOT_IN_PROFILE', device.rawFrame(payload(device, nowMs, '5').replace('2339-0', '8867-4'))],
    ['WRONG_UNIT', device.rawFrame(payload(device, nowMs, '5').replace('mg/dL', 'mmol/L'))],
    ['FRAME_EPOCH_UNKNOWN', device.rawFrame(payload(device, nowMs, '100').replace(device.epoch, 'other'))],
  ];
  for (const [code, bytes] of cases) {
    expect([code, await t.send(device, { bytes })]).toEqual([
      code,
      expect.objectContaining({ status: 'rejected', code }),
    ]);
  }
  expect(t.core.pipeline.counters.rejectedTotal).toBe(cases.length);
  expect(t.core.pipeline.counters.rejected.get('FRAME_MALFORMED')).toBe(3);
  expect(await t.next(device)).toMatchObject({ seq: 0, status: 'stored' });
  expect(t.core.frames.framesAfter(0, 10).frames).toHaveLength(1);
});

function payload(device: SimulatedDevice, timeMs: number, value: string): string {
  const time = new Date(timeMs).toISOString();
  return `{"v":1,"epoch":"${device.epoch}","seq":${device.seq},"prev":"${device.prev}","sent":"${time}",
    "readings":[{"t":"${time}","code":"2339-0","value":${value},"unit":"mg/dL"}]}`;
}

test('a clock far off is flagged and kept', async () => {
  await using t = await TestCore.open();
  const device = t.pair(await t.patient());
  const frame = device.frame(t.nowMs - 3_600_000, [glucose(t.nowMs - 3_600_000, 120)]);
  expect(await t.send(device, frame)).toMatchObject({ status: 'stored' });
  expect(t.core.frames.frame(1)?.flags).toBe(1);
  expect(t.core.pipeline.counters.clockSkews).toBe(1);
});

test('a device that lost its memory and counts from 0 again is refused, not merged', async () => {
  await using t = await TestCore.open();
  const device = t.pair(await t.patient());
  await t.next(device);
  device.begin(device.epoch);
  t.nowMs += 60_000;
  expect(await t.next(device)).toEqual({ seq: 0, status: 'rejected', code: 'FRAME_SEQ_REUSED' });
});

test('frames are found by measured time, sealed and open, late ones too', async () => {
  await using t = await TestCore.open();
  const patient = await t.patient();
  const device = t.pair(patient);
  const startMs = t.nowMs;
  const at = (minute: number) => startMs + minute * 60_000;
  t.nowMs = at(600);
  for (const minute of [0, 1, 2, 60, 61, 300])
    await t.send(device, device.frame(t.nowMs, [glucose(at(minute), 100)]));
  await t.core.sealNow(patient.patientId);
  for (const minute of [59, 400, 30, 301])
    await t.send(device, device.frame(t.nowMs, [glucose(at(minute), 101)]));
  const found = (from: number, to: number) =>
    [...t.core.frames.framesBetween(patient.chain, at(from), at(to))]
      .flatMap(({ frame }) => frame.readings)
      .map(({ timeMs }) => (timeMs - startMs) / 60_000);
  expect(found(0, 2)).toEqual([0, 1]);
  expect(found(59, 62)).toEqual([60, 61, 59]);
  expect(found(300, 302)).toEqual([300, 301]);
  expect(found(500, 600)).toEqual([]);
  await t.core.sealNow(patient.patientId);
  expect(found(0, 1000)).toEqual([0, 1, 2, 60, 61, 300, 59, 400, 30, 301]);
});
