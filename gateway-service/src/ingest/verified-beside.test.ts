import { cp, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { FrameResult } from '@careledger/protocol';
import fc from 'fast-check';
import { VERIFIED_BEFORE } from '../../testing/failing-verifier.js';
import { SimulatedDevice, glucose } from '../../testing/simulated-device.js';
import { TestCore } from '../../testing/test-core.js';
import type { GatewayCore, GatewayCoreOptions } from '../core.js';
import { VERIFY_THREAD_MIN_WAITING } from './limits.js';

const DEVICES = 4;
const RUNS = 4;
/** In which a thread starts and verifies a hundred frames. */
const PAUSE_MS = 500;
/** Of one device, at once: many wait then. */
const FRAMES = VERIFY_THREAD_MIN_WAITING + 100;
/** By then a thread has started, even on a busy machine. */
const ROUNDS_MAX = 20;
const DYING = new URL('../../testing/dying-verify.worker.js', import.meta.url);

/** What comes next: a frame of a device, good or not. */
const CALM = ['good', 'good', 'good', 'forged', 'altered', 'again', 'gap', 'rubbish', 'long'] as const;
type Kind = (typeof CALM)[number] | 'urgent';
const eventsOf = (kinds: readonly Kind[]) =>
  fc.array(fc.record({ of: fc.nat({ max: DEVICES - 1 }), kind: fc.constantFrom(...kinds) }), {
    minLength: VERIFY_THREAD_MIN_WAITING + 100,
    maxLength: VERIFY_THREAD_MIN_WAITING + 200,
    size: 'max',
  });
const events = fc.oneof(eventsOf(CALM), eventsOf([...CALM, 'urgent']));
/** A device that is stopped while its frames wait. */
const stop = fc.record({
  of: fc.nat({ max: DEVICES - 1 }),
  how: fc.constantFrom<'suspend' | 'revoke'>('suspend', 'revoke'),
});

class Sender {
  readonly #forger = new SimulatedDevice();
  #last: Uint8Array | undefined;

  constructor(readonly device: SimulatedDevice) {
    this.#forger.begin(device.epoch);
  }

  bytes(kind: Kind, nowMs: number): Uint8Array {
    const bytes = this.#make(kind, nowMs);
    if (kind !== 'forged' && kind !== 'altered' && kind !== 'rubbish') this.#last = bytes;
    return bytes;
  }

  #make(kind: Kind, nowMs: number): Uint8Array {
    const { device } = this;
    switch (kind) {
      case 'good':
        return device.frame(nowMs).bytes;
      case 'forged':
        return this.#forger.frame(nowMs).bytes;
      case 'altered': {
        // The device's own header, and a signature of something else.
        const { seq, prev } = device;
        const { bytes } = device.frame(nowMs, [glucose(nowMs, 55)]);
        Object.assign(device, { seq, prev });
        const altered = Buffer.from(bytes);
        const at = altered.length - 20;
        altered[at] = altered[at] === 0x41 ? 0x42 : 0x41;
        return altered;
      }
      case 'again':
        return this.#last ?? device.frame(nowMs).bytes;
      case 'urgent':
        return device.frame(nowMs, [glucose(nowMs, 40)]).bytes;
      case 'gap':
        device.frame(nowMs);
        return device.frame(nowMs).bytes;
      case 'long':
        return device.frame(
          nowMs,
          Array.from({ length: 60 }, (_, n) => glucose(nowMs - n * 1_000, 100)),
        ).bytes;
      case 'rubbish':
        return Buffer.from('no frame');
    }
  }
}

/** What one gateway makes of it. */
interface Made {
  readonly results: readonly FrameResult[];
  /** Whose frames were answered, and how, in this order; none where some were urgent: two groups reach the disk in any order. */
  readonly answers: readonly string[];
  /** In the order in which they were checked. */
  readonly stored: readonly string[];
  readonly counters: object;
}

interface Sent {
  readonly deviceId: string;
  readonly bytes: Uint8Array;
}

/** Hands everything in, does `act`, and only then is anything checked. */
async function made(
  { core }: TestCore,
  sent: readonly Sent[],
  act: (core: GatewayCore) => void,
): Promise<Made> {
  const { pipeline, devices } = core;
  const answers: string[] = [];
  const waiting = sent.map(async ({ deviceId, bytes }) => {
    const result = await pipeline.ingest(devices.get(deviceId), bytes);
    if ('hello' in result) throw new Error('A frame was answered as a hello');
    answers.push(`${deviceId} ${result.seq} ${result.status}`);
    return result;
  });
  act(core);
  const results = await Promise.all(waiting);
  const {
    stored: storedCount,
    duplicates,
    readings,
    gaps,
    fillers,
    urgent,
    hellos,
    rejected,
  } = pipeline.counters;
  const counters = {
    storedCount,
    duplicates,
    readings,
    gaps,
    fillers,
    urgent,
    hellos,
    rejected: [...rejected],
  };
  const { frames } = core.frames.framesAfter(0, sent.length);
  const stored = frames.map(({ deviceId, frame }) => `${deviceId} ${frame.seq}`);
  return { results, answers: urgent === 0 ? answers : [], stored, counters };
}

/** This thread does nothing for a while; others do. */
function pause(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)), 0, 0, ms);
}

test('with a thread that verifies beside it a gateway answers the same, in the same order, and stores the same', async () => {
  await using t = await TestCore.open();
  const patient = await t.patient();
  const senders = Array.from({ length: DEVICES }, () => new Sender(t.pair(patient)));
  await t.core.close();
  let inThread = 0;
  await fc.assert(
    fc.asyncProperty(events, fc.option(stop), async (happens, stopped) => {
      await using alone = await copyOf(t, { verifyThread: undefined });
      await using helped = await copyOf(t);
      const sent = happens.map(({ of, kind }) => {
        const { device } = senders[of]!;
        return { deviceId: device.deviceId, bytes: senders[of]!.bytes(kind, t.nowMs) };
      });
      for (const { device } of senders) device.begin(device.epoch);
      const act = ({ devices }: GatewayCore): void => {
        // By now the thread has verified some of it.
        pause(PAUSE_MS);
        if (stopped !== null) devices[stopped.how](senders[stopped.of]!.device.deviceId);
      };
      const [expected, found] = [await made(alone, sent, act), await made(helped, sent, act)];
      expect(found).toEqual(expected);
      expect(alone.core.pipeline.counters.verifiedInThread).toBe(0);
      inThread += helped.core.pipeline.counters.verifiedInThread;
      await helped.core.sealNow(patient.patientId);
      expect(await helped.core.chain.verify(patient.patientNo)).toMatchObject({ ok: true });
    }),
    { numRuns: RUNS, endOnFailure: true },
  );
  expect(inThread).toBeGreaterThan(0);
}, 120_000);

/** A gateway on a copy of the files of another one, which is closed. */
async function copyOf(t: TestCore, overrides: Partial<GatewayCoreOptions> = {}): Promise<TestCore> {
  const folder = await mkdtemp(join(tmpdir(), 'careledger-gateway-'));
  await cp(t.folder, folder, { recursive: true });
  return TestCore.on(folder, overrides);
}

test('few frames, and urgent ones however many wait, are verified by no other thread', async () => {
  await using t = await TestCore.open();
  const patient = await t.patient();
  const device = t.pair(patient);
  const send = (count: number, value: number) =>
    Promise.all(
      Array.from({ length: count }, () => t.send(device, device.frame(t.nowMs, [glucose(t.nowMs, value)]))),
    );
  await send(VERIFY_THREAD_MIN_WAITING, 100);
  const ill = t.pair(patient);
  const waiting = Array.from({ length: FRAMES }, () => ill.frame(t.nowMs, [glucose(t.nowMs, 40)]));
  const done = waiting.map((frame) => t.send(ill, frame));
  pause(PAUSE_MS);
  await Promise.all(done);
  expect(t.core.pipeline.counters).toMatchObject({ urgent: FRAMES, verifiedInThread: 0 });
});

test('a thread that dies under load is counted and told of, and every frame is stored', async () => {
  const lost: Error[] = [];
  await using t = await TestCore.open({
    verifyThread: { onLost: (error) => lost.push(error), program: DYING },
  });
  const device = t.pair(await t.patient());
  for (let round = 0; lost.length === 0 && round < ROUNDS_MAX; round++) {
    const frames = Array.from({ length: FRAMES }, () => device.frame(t.nowMs));
    const sent = frames.map((frame) => t.send(device, frame));
    pause(PAUSE_MS);
    const results = await Promise.all(sent);
    expect(results.map(({ seq, status }) => `${seq} ${status}`)).toEqual(
      frames.map(({ seq }) => `${seq} stored`),
    );
  }
  const { verifyThreadLosses, verifiedInThread } = t.core.pipeline.counters;
  expect([lost.length, verifyThreadLosses]).toEqual([1, 1]);
  expect(verifiedInThread).toBeLessThanOrEqual(VERIFIED_BEFORE);
});
