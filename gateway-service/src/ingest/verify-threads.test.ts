import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { SimulatedDevice, glucose } from '../../testing/simulated-device.js';
import { TestCore } from '../../testing/test-core.js';

const DEVICES = 6;
const FRAMES_EACH = 120;

let t: TestCore;
beforeEach(async () => {
  t = await TestCore.open({ verifyThreads: 2 });
});
afterEach(() => t[Symbol.asyncDispose]());

test('with other threads verifying, each device keeps its order, no forged frame is stored, no true one lost', async () => {
  const patient = await t.patient();
  const devices = Array.from({ length: DEVICES }, () => t.pair(patient));
  const forger = new SimulatedDevice().begin('none');
  const stored: string[] = [];
  t.core.pipeline.onFramesCommitted((frames) => {
    for (const { device, frame } of frames) stored.push(`${device.deviceId} ${frame.seq}`);
  });
  for (let round = 0; round < 3; round++) {
    const sent = devices.flatMap((as) =>
      Array.from({ length: FRAMES_EACH }, (_, n) => {
        // One in a while is urgent, and overtakes what other devices sent, never its own device's frames.
        const { bytes } = as.frame(t.nowMs, [glucose(t.nowMs + n, n % 40 === 39 ? 40 : 110)]);
        const forged = Buffer.from(bytes);
        forged[forged.length - 20] = forged[forged.length - 20] === 0x41 ? 0x42 : 0x41;
        const isForged = n % 10 === 5;
        return [
          { as, bytes },
          ...(isForged
            ? [
                { as, bytes: forged },
                { as, bytes: forger.frame(t.nowMs).bytes },
              ]
            : []),
        ];
      }).flat(),
    );
    const results = await Promise.all(sent.map(({ as, bytes }) => t.send(as, { bytes })));
    const codes = new Set(results.map(({ status, code }) => code ?? status));
    expect([...codes].sort()).toEqual(['FRAME_SIGNATURE_INVALID', 'stored']);
    expect(results.filter(({ status }) => status === 'stored')).toHaveLength(DEVICES * FRAMES_EACH);
  }
  for (const { deviceId } of devices) {
    const own = stored.filter((entry) => entry.startsWith(deviceId));
    expect(own).toEqual(Array.from({ length: 3 * FRAMES_EACH }, (_, seq) => `${deviceId} ${seq}`));
  }
  await t.core.sealNow(patient.patientId);
  expect(await t.core.chain.verify(patient.patientNo)).toMatchObject({
    ok: true,
    frames: 3 * DEVICES * FRAMES_EACH,
  });
});
