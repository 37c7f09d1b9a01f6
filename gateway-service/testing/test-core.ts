import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KeyStore } from '@careledger/crypto/key-store';
import type { FrameResult, HelloResult } from '@careledger/protocol';
import type { GatewayCore, GatewayCoreOptions } from '../src/core.js';
import type { Patient } from '../src/patients/index.js';
import { GATEWAY_ID, PASSPHRASE, openTestCore, openTestKeyStore } from './open-core.js';
import { SimulatedDevice, type MadeFrame } from './simulated-device.js';

/** A core on a temporary folder with a clock that tests turn. */
export class TestCore implements AsyncDisposable {
  nowMs = Date.UTC(2026, 5, 1, 8);
  core: GatewayCore;

  private constructor(
    readonly folder: string,
    readonly keyStore: KeyStore,
    overrides: Partial<GatewayCoreOptions>,
  ) {
    this.core = this.#open(overrides);
  }

  static async open(overrides: Partial<GatewayCoreOptions> = {}): Promise<TestCore> {
    const folder = await mkdtemp(join(tmpdir(), 'careledger-gateway-'));
    return new TestCore(folder, await openTestKeyStore(folder), overrides);
  }

  /** On the files that are in a folder. */
  static async on(folder: string, overrides: Partial<GatewayCoreOptions> = {}): Promise<TestCore> {
    return new TestCore(folder, await openTestKeyStore(folder), overrides);
  }

  /** Closes the core and opens another on the same files, or on what `meanwhile` makes of them. */
  async reopen(
    overrides: Partial<GatewayCoreOptions> = {},
    meanwhile?: () => Promise<void>,
  ): Promise<GatewayCore> {
    await this.core.close();
    await meanwhile?.();
    this.core = this.#open(overrides);
    return this.core;
  }

  patient(): Promise<Patient> {
    return this.core.patients.create({ passphrase: PASSPHRASE });
  }

  /** Pairs a device with the patient. */
  pair(patient: Patient, device = new SimulatedDevice()): SimulatedDevice {
    const { code } = this.core.devices.issuePairingCode({ patientNo: patient.patientNo });
    return this.register(code, device);
  }

  register(code: string, device: SimulatedDevice): SimulatedDevice {
    const { chain } = this.core.devices.register(device.registration(code, GATEWAY_ID, this.nowMs));
    return device.begin(chain.state.epoch);
  }

  /** Hands one frame in, as its device. */
  async send(device: SimulatedDevice, frame: Pick<MadeFrame, 'bytes'>): Promise<FrameResult> {
    const result = await this.core.pipeline.ingest(this.core.devices.get(device.deviceId), frame.bytes);
    if ('hello' in result) throw new Error('A frame was answered as a hello');
    return result;
  }

  /** Hands a hello in, as its device. */
  async greet(device: SimulatedDevice, hello: Uint8Array): Promise<HelloResult> {
    const result = await this.core.pipeline.ingest(this.core.devices.get(device.deviceId), hello);
    if (!('hello' in result)) throw new Error('A hello was answered as a frame');
    return result;
  }

  /** Makes and sends the device's next frame. */
  next(device: SimulatedDevice): Promise<FrameResult> {
    return this.send(device, device.frame(this.nowMs));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.core.close();
    await this.keyStore.close();
    await rm(this.folder, { recursive: true });
  }

  #open(overrides: Partial<GatewayCoreOptions>): GatewayCore {
    return openTestCore(this.folder, this.keyStore, { clock: () => this.nowMs, ...overrides });
  }
}
