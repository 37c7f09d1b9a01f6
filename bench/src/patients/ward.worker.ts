import { parseFrame, type Frame } from '@careledger/private-chain';
import type { GatewayCore } from '@careledger/gateway-service';
import { readFrames, type DeviceFrames } from '../ingest/frame-file.js';
import { BenchError } from '../errors.js';
import { cpuPerOperationUs, sampleCpu } from '../run/cpu.js';
import { serveWorker } from '../worker/serve.js';
import { framesPath, openWard, writeWard, type WardRequest } from './ward.js';

/** Frames on their way at once, as the gateway has them under load. */
const IN_FLIGHT = 256;

let ward: GatewayCore | undefined;
let frames: DeviceFrames[] = [];
/** In the order of `frames`. */
let deviceIds: string[] = [];
let sent = 0;
/** What the controls hold. */
let held: Frame[] = [];

function opened(): GatewayCore {
  if (ward === undefined) throw new Error('The ward was not opened');
  return ward;
}

/** Bytes of objects and buffers that are in use: of this process alone, so without what SQLite caches. */
function usedBytes(): number {
  if (globalThis.gc === undefined) throw new Error('Start this worker with --expose-gc');
  globalThis.gc();
  globalThis.gc();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** The next frames, of every patient in turn. */
async function send(
  count: number,
  find: (core: GatewayCore, deviceId: string) => ReturnType<GatewayCore['devices']['get']>,
) {
  const core = opened();
  for (let done = 0; done < count; done += IN_FLIGHT) {
    const group = Array.from({ length: Math.min(IN_FLIGHT, count - done) }, () => {
      const index = sent % frames.length;
      const frame = frames[index]?.[Math.floor(sent / frames.length)];
      if (frame === undefined) throw new RangeError(`No frame is left after ${sent}`);
      sent++;
      return core.pipeline.ingest(find(core, deviceIds[index] as string), frame);
    });
    await Promise.all(group);
  }
  const { stored } = core.pipeline.counters;
  if (stored !== sent)
    throw new BenchError('MEASURE_INVALID', `${sent} frames were sent, ${stored} are stored`);
}

const handlers = {
  /** Makes the files, for a process that opens them. */
  write: (request: WardRequest): Promise<void> => writeWard(request),
  /** Opens a ward. Returns how many bytes more are used. */
  async open(folder: string): Promise<number> {
    const before = usedBytes();
    ward = await openWard(folder);
    return usedBytes() - before;
  },
  /** Has the frames read, so that nothing but sending them remains. */
  load(folder: string): void {
    frames = readFrames(framesPath(folder));
    // Devices come in the order of their ids, frames in that of the patients.
    const byKid = new Map(
      opened()
        .devices.list()
        .map((device) => [device.kid, device.deviceId]),
    );
    deviceIds = frames.map(([first]) => byKid.get(parseFrame(first as Uint8Array).kid) as string);
  },
  /** Sends so many of every patient, and forgets the rest. Returns how many bytes are used now, beyond those before. */
  async pend({ folder, each }: { folder: string; each: number }): Promise<number> {
    const before = usedBytes();
    handlers.load(folder);
    await send(frames.length * each, (core, deviceId) => core.devices.get(deviceId));
    frames = [];
    deviceIds = [];
    return usedBytes() - before;
  },
  /** The control: every frame as it was parsed. Returns how many bytes more are used. */
  hold(folder: string): number {
    const before = usedBytes();
    held = readFrames(framesPath(folder)).flatMap((list) => list.map((frame) => parseFrame(frame)));
    return held.length === 0 ? 0 : usedBytes() - before;
  },
  /** CPU in microseconds per frame. @param isControl each frame's device is looked for among all */
  async round({ count, isControl }: { count: number; isControl: boolean }): Promise<number> {
    const sample = await sampleCpu(async () => {
      await send(count, ({ devices }, deviceId) => {
        const found = isControl ? devices.list().find((device) => device.deviceId === deviceId) : undefined;
        return found ?? devices.get(deviceId);
      });
      return count;
    });
    return cpuPerOperationUs(sample);
  },
};

export type WardWorker = typeof handlers;

serveWorker(handlers);
