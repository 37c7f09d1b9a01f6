import { expect, test } from '@jest/globals';
import { glucose } from '../../testing/simulated-device.js';
import { SlowDisk } from '../../testing/slow-disk.js';
import { TestCore } from '../../testing/test-core.js';
import { GROUP_MAX_FRAMES } from './limits.js';
import type { CommittedFrame } from './ticket.js';

test('an urgent frame does not wait behind 1,280 others', async () => {
  await using t = await TestCore.open();
  const patient = await t.patient();
  const busy = Array.from({ length: 8 }, () => t.pair(patient));
  const ill = t.pair(patient);
  const frames = busy.map((device) => Array.from({ length: 160 }, () => device.frame(t.nowMs)));
  const low = ill.frame(t.nowMs, [glucose(t.nowMs, 48)]);
  const committed: CommittedFrame[] = [];
  t.core.pipeline.onFramesCommitted((more) => committed.push(...more));
  let settled = 0;
  const others = busy.flatMap((device, i) =>
    (frames[i] ?? []).map(async (frame) => {
      await t.send(device, frame);
      settled++;
    }),
  );
  expect(await t.send(ill, low)).toMatchObject({ status: 'stored' });
  expect(settled).toBeLessThan(64);
  await Promise.all(others);
  expect(committed).toHaveLength(1_281);
  expect(committed.filter(({ isUrgent }) => isUrgent).map(({ device }) => device.deviceId)).toEqual([
    ill.deviceId,
  ]);
  expect(committed.findIndex(({ isUrgent }) => isUrgent)).toBeLessThan(64);
  await t.core.sealNow(patient.patientId);
  expect(await t.core.chain.verify(patient.patientNo)).toMatchObject({ ok: true, frames: 1_281, gaps: 0 });
});

test('an urgent frame does not wait for a slow sync of ordinary ones', async () => {
  await using t = await TestCore.open();
  const patient = await t.patient();
  const [well, ill] = [t.pair(patient), t.pair(patient)];
  const { store } = t.core;
  const sync = store.syncThen.bind(store);
  let release = (): void => undefined;
  store.syncThen = (done) => {
    store.syncThen = (next) => sync(next);
    release = () => sync(done);
  };
  const slow = t.next(well);
  while (t.core.pipeline.counters.commits === 0) await new Promise(setImmediate);
  await t.send(ill, ill.frame(t.nowMs, [glucose(t.nowMs, 48)]));
  expect(t.core.pipeline.counters.stored).toBe(1);
  release();
  expect(await slow).toMatchObject({ status: 'stored' });
});

test('slow-disk: an urgent frame does not wait with all that others have sent meanwhile', async () => {
  await using t = await TestCore.open();
  const patient = await t.patient();
  const busy = [t.pair(patient), t.pair(patient)];
  const ill = t.pair(patient);
  const disk = new SlowDisk(t.core.store);
  const ordinary = [t.next(ill)];
  while (!disk.isHolding) await new Promise(setImmediate);
  for (const device of busy) for (let n = 0; n < 400; n++) ordinary.push(t.next(device));
  while (t.core.pipeline.queued > 2 * 400 - GROUP_MAX_FRAMES) await new Promise(setImmediate);
  disk.letOthersThrough();
  expect(await t.send(ill, ill.frame(t.nowMs, [glucose(t.nowMs, 48)]))).toMatchObject({ status: 'stored' });
  disk.goOn();
  await Promise.all(ordinary);
  expect(t.core.pipeline.counters.stored).toBe(802);
});

test('a sync that fails: nothing is acknowledged any more, and the gateway is told to end', async () => {
  const fatal: Error[] = [];
  await using t = await TestCore.open({ onFatal: (error) => fatal.push(error) });
  const device = t.pair(await t.patient());
  t.core.store.syncThen = (done) => setImmediate(done, new Error('EIO'));
  await expect(t.next(device)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  await expect(t.next(device)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  expect(fatal).toMatchObject([{ message: 'EIO' }]);
});

test('two syncs at a time, and one fails: the other’s frames are not acknowledged either', async () => {
  await using t = await TestCore.open({ onFatal: () => undefined });
  const patient = await t.patient();
  const [well, ill] = [t.pair(patient), t.pair(patient)];
  const syncs: ((error: Error | null) => void)[] = [];
  t.core.store.syncThen = (done) => void syncs.push(done);
  const ordinary = t.next(well);
  while (syncs.length < 1) await new Promise(setImmediate);
  const urgent = t.send(ill, ill.frame(t.nowMs, [glucose(t.nowMs, 48)]));
  while (syncs.length < 2) await new Promise(setImmediate);
  syncs[0]?.(new Error('EIO'));
  syncs[1]?.(null);
  await expect(ordinary).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  await expect(urgent).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
});

test('frames handed in while the gateway stops are refused; those before are settled', async () => {
  await using t = await TestCore.open();
  const device = t.pair(await t.patient());
  const before = t.next(device);
  const stopped = t.core.pipeline.stop();
  await expect(t.next(device)).rejects.toMatchObject({ code: 'GATEWAY_STOPPING' });
  await stopped;
  expect(await before).toMatchObject({ status: 'stored' });
});
