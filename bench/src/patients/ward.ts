import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { fromBase64url, generateEd25519, kidOf, randomId128, sha256 } from '@careledger/crypto';
import { sodiumSigner } from '@careledger/crypto/sodium';
import type { GatewayCore } from '@careledger/gateway-service';
import { newDeviceChain } from '@careledger/private-chain';
import { benchGenesis } from '../chain/genesis.js';
import { openCore, openKeys, storePath } from '../chain/open-core.js';
import { openBenchStore } from '../chain/open-store.js';
import { BenchDevice, DEVICE_PROFILE } from '../ingest/device.js';
import { writeFrames } from '../ingest/frame-file.js';

const KEY_BYTES = 32;

export interface WardRequest {
  /** Is there; empty. */
  readonly folder: string;
  readonly patients: number;
  /** Frames that each one's device has signed. */
  readonly framesEach: number;
}

/** Where the frames of a ward lie, patient by patient. */
export const framesPath = (folder: string): string => join(folder, 'frames');

/**
 * A gateway's files with so many patients, a device each: what enrolling and pairing them would have left, without the
 * hours that it takes to stretch their passphrases.
 */
export async function writeWard({ folder, patients, framesEach }: WardRequest): Promise<void> {
  const made = Array.from({ length: patients }, makePatient);
  writePatients(folder, made);
  await using keyStore = await openKeys(folder);
  await keyStore.put(...made.flatMap(keysOf));
  writeFrames(
    framesPath(folder),
    made.map(({ device, epoch }) => device.frames(epoch, framesEach)),
  );
}

interface MadePatient {
  readonly seed: Uint8Array;
  readonly genesis: ReturnType<typeof benchGenesis>;
  readonly device: BenchDevice;
  readonly epoch: string;
}

function makePatient(): MadePatient {
  const { seed } = generateEd25519();
  return { seed, genesis: benchGenesis(sodiumSigner(seed)), device: new BenchDevice(), epoch: randomId128() };
}

function writePatients(folder: string, patients: readonly MadePatient[]): void {
  using store = openBenchStore(storePath(folder));
  const nowMs = Date.now();
  store.transaction((writer) => {
    for (const { genesis, device, epoch } of patients) {
      const { patientId, block, state } = genesis;
      const { deviceId } = device;
      const patientNo = writer.insertPatient(patientId, nowMs, state);
      writer.insertBlock({ patientNo, height: 0, hash: state.head, json: JSON.stringify(block) });
      const chainNo = writer.insertDeviceChain(patientNo, newDeviceChain(deviceId, epoch, sha256), nowMs);
      const publicKey = fromBase64url(device.deviceKey);
      writer.insertDevice({
        ...{ deviceId, patientNo, publicKey, chainNo, kid: kidOf('Ed25519', publicKey), status: 'active' },
        ...{ ...DEVICE_PROFILE, registeredMs: nowMs, changedMs: nowMs },
      });
    }
  });
}

/** The four that a gateway holds of each patient, by the names that it gives them. */
function keysOf({ seed, genesis: { patientId } }: MadePatient) {
  return [
    { name: `${patientId}/gateway`, type: 'ed25519' as const, secret: seed },
    { name: `${patientId}/encryption`, type: 'x25519' as const, secret: randomBytes(KEY_BYTES) },
    { name: `${patientId}/record-secret`, type: 'secret' as const, secret: randomBytes(KEY_BYTES) },
    { name: `${patientId}/scope-key`, type: 'secret' as const, secret: randomBytes(KEY_BYTES) },
  ];
}

/** The real core on these files. */
export function openWard(folder: string): Promise<GatewayCore> {
  const startedMs = Date.now();
  // The clock stands, so that blocks are sealed when they are full and not by how fast the machine is.
  return openCore(folder, { clock: () => startedMs });
}
