import { readFileSync, writeFileSync } from 'node:fs';

const LENGTH_BYTES = 4;

/** A device's frames, in their order. */
export type DeviceFrames = readonly Uint8Array[];

/** Writes each device's frames to one file: per device their number, then each with its length before it. */
export function writeFrames(path: string, devices: readonly DeviceFrames[]): void {
  const parts: Uint8Array[] = [];
  for (const frames of devices) {
    parts.push(number32(frames.length));
    for (const frame of frames) parts.push(number32(frame.length), frame);
  }
  writeFileSync(path, Buffer.concat(parts));
}

/** Reads what `writeFrames` wrote. Each frame gets memory of its own, as if it had come over a socket. */
export function readFrames(path: string): DeviceFrames[] {
  const bytes = readFileSync(path);
  const devices: DeviceFrames[] = [];
  let at = 0;
  const next = (): number => {
    const value = bytes.readUInt32BE(at);
    at += LENGTH_BYTES;
    return value;
  };
  while (at < bytes.length) {
    const frames: Uint8Array[] = [];
    for (let rest = next(); rest > 0; rest--) {
      const length = next();
      frames.push(Buffer.from(bytes.subarray(at, at + length)));
      at += length;
    }
    devices.push(frames);
  }
  return devices;
}

function number32(value: number): Uint8Array {
  const bytes = Buffer.alloc(LENGTH_BYTES);
  bytes.writeUInt32BE(value);
  return bytes;
}
