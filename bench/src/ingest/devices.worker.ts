import type { RegisterDevice } from '@careledger/protocol';
import { serveWorker } from '../worker/serve.js';
import { BenchDevice } from './device.js';
import { writeFrames } from './frame-file.js';

/** What a device needs to connect. */
export interface DeviceLogin {
  readonly deviceId: string;
  readonly token: string;
}

let devices: BenchDevice[] = [];

const handlers = {
  /** Makes a device for each pairing code. */
  make({
    pairingCodes,
    gatewayId,
  }: {
    pairingCodes: readonly string[];
    gatewayId: string;
  }): RegisterDevice[] {
    devices = pairingCodes.map(() => new BenchDevice());
    return devices.map((device, index) => device.registration(pairingCodes[index] ?? '', gatewayId));
  },
  /** Signs every device's frames into a file; the epochs are in the order of the pairing codes. */
  sign({ epochs, framesEach, path, gatewayId, inDanger }: SignRequest): DeviceLogin[] {
    const firstInDanger = devices.length - inDanger.devices;
    const frames = (device: BenchDevice, index: number): Uint8Array[] =>
      index < firstInDanger
        ? device.frames(epochs[index] ?? '', framesEach)
        : device.frames(epochs[index] ?? '', inDanger.framesEach, true);
    writeFrames(path, devices.map(frames));
    return devices.map((device) => ({ deviceId: device.deviceId, token: device.token(gatewayId) }));
  },
};

interface SignRequest {
  readonly epochs: readonly string[];
  readonly framesEach: number;
  readonly path: string;
  readonly gatewayId: string;
  readonly inDanger: InDanger;
}

/** So many devices, the last ones, send nothing but emergencies. */
export interface InDanger {
  readonly devices: number;
  /** Frames that each of them gets signed beforehand: one for each second before now, and old ones are not urgent. */
  readonly framesEach: number;
}

export type DevicesWorker = typeof handlers;

serveWorker(handlers);
