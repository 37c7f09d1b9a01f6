import { expect, test } from '@jest/globals';
import { glucose } from '../../testing/simulated-device.js';
import { TestCore } from '../../testing/test-core.js';
import { isSentAgain } from './codes.js';

test('a frame refused inside a pipeline: the device closes the hole with a void frame and goes on', async () => {
  await using t = await TestCore.open();
  const patient = await t.patient();
  const device = t.pair(patient);
  const before = device.frame(t.nowMs);
  const refused = device.frame(t.nowMs, [glucose(t.nowMs, 5.5, 'mg')]);
  const behind = device.frame(t.nowMs);
  await t.send(device, before);
  expect(await t.send(device, refused)).toEqual({
    seq: 1,
    status: 'rejected',
    code: 'WRONG_UNIT',
    detail: expect.stringMatching(/^readings\[0\]\.unit is mg; 2339-0 is taken in mg\/dL/),
  });
  expect(await t.send(device, behind)).toMatchObject({ seq: 2, status: 'stored' });
  expect(t.core.devices.get(device.deviceId).missing).toBe(1);

  // The same bytes, corrected or not, never fit there again; the void frame does.
  const { seq, prev } = device;
  Object.assign(device, { seq: 1, prev: before.leaf });
  const corrected = device.frame(t.nowMs);
  expect(await t.send(device, corrected)).toMatchObject({ code: 'FRAME_FILLER_MISLINKED' });
  Object.assign(device, { seq: 1, prev: before.leaf });
  const voided = device.frameV2({
    sent: new Date(t.nowMs).toISOString(),
    void: { leaf: refused.leaf, reason: 'WRONG_UNIT' },
  });
  expect(await t.send(device, voided)).toMatchObject({ seq: 1, status: 'stored' });
  expect(await t.send(device, voided)).toMatchObject({ seq: 1, status: 'duplicate' });
  expect(t.core.devices.get(device.deviceId).missing).toBe(0);
  Object.assign(device, { seq, prev });
  expect(await t.next(device)).toMatchObject({ seq: 3, status: 'stored' });

  await t.core.sealNow(patient.patientId);
  expect(await t.core.chain.verify(patient.patientNo)).toMatchObject({
    ok: true,
    frames: 4,
    readings: 3,
    gaps: 0,
  });
});

test('a block of void frames alone is sealed, found again after a restart, and verifies', async () => {
  await using t = await TestCore.open();
  const patient = await t.patient();
  const device = t.pair(patient);
  const refused = device.frame(t.nowMs, [glucose(t.nowMs, 5.5, 'mg')]);
  await t.send(device, refused);
  Object.assign(device, { seq: 0, prev: device.begin(device.epoch).prev });
  const sent = new Date(t.nowMs).toISOString();
  const voided = device.frameV2({ sent, void: { leaf: refused.leaf, reason: 'WRONG_UNIT' } });
  expect(await t.send(device, voided)).toMatchObject({ seq: 0, status: 'stored' });
  await t.reopen();
  await t.core.sealNow(patient.patientId);
  // What follows names the refused frame, in whose place the void one stands.
  device.prev = refused.leaf;
  expect(await t.next(device)).toMatchObject({ seq: 1, status: 'stored' });
  await t.core.sealNow(patient.patientId);
  expect(await t.core.chain.verify(patient.patientNo)).toMatchObject({ ok: true, frames: 2, readings: 1 });
  const found = [...t.core.frames.framesBetween(patient.chain, 0, t.nowMs + 1)];
  expect(found.map(({ frame }) => frame.seq)).toEqual([1]);
});

test('a refusal says whether the same frame may be sent again', async () => {
  await using t = await TestCore.open();
  const device = t.pair(await t.patient());
  t.core.devices.suspend(device.deviceId);
  const frame = device.frame(t.nowMs);
  expect(await t.send(device, frame)).toMatchObject({ code: 'DEVICE_SUSPENDED', again: true });
  t.core.devices.resume(device.deviceId);
  expect(await t.send(device, frame)).toMatchObject({ status: 'stored' });
  expect(isSentAgain('FRAME_PREV_MISMATCH')).toBe(false);
});
