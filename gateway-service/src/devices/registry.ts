import { fromBase64url, kidOf, randomId128, sha256, type SignatureVerifier } from '@careledger/crypto';
import { deviceIdOf, timestampOf } from '@careledger/domain';
import { newDeviceChain } from '@careledger/private-chain';
import type { RegisterDevice } from '@careledger/protocol';
import { DeviceChain } from '../chain/device-chain.js';
import type { DeviceChains } from '../chain/device-chains.js';
import { DeviceClock, type ClockState, type Nonces, type TokenSample } from '../device-clock/index.js';
import type { Patients } from '../patients/index.js';
import type { DeviceRow, DeviceStatus, GatewayStore, PairingCodeRow } from '../store/index.js';
import { Device } from './device.js';
import { DeviceError } from './errors.js';
import {
  findPairingCode,
  issuePairingCode,
  usePairingCode,
  type NewPairingCode,
  type PairingCode,
} from './pairing-codes.js';
import { checkPairingProof } from './pairing-proof.js';
import { checkDeviceToken, issuerOfToken, type CheckedToken } from './token.js';

export interface DeviceRegistryOptions {
  readonly store: GatewayStore;
  readonly verifier: SignatureVerifier;
  /** Audience of tokens and proofs. */
  readonly gatewayId: string;
  readonly clock: () => number;
  /** Whether that clock is proved; if not, no device's clock is compared with it. */
  readonly isClockProved: () => boolean;
  readonly nonces: Nonces;
  readonly patients: Pick<Patients, 'byNo'>;
  readonly chains: DeviceChains;
  /** `ingest/reading-rules.ts`: whether a LOINC code is one that the gateway can judge. */
  readonly rules: { isKnownCode(code: string): boolean };
}

/** A device whose token was checked. */
export interface Admission {
  readonly device: Device;
  /** Whether the token was made just now. If not, it may be an old one that somebody else has. */
  readonly isFresh: boolean;
  /** What the token says of the device's clock; undefined where it cannot be compared with this gateway's. */
  readonly sample: TokenSample | undefined;
}

/** All registered devices, in memory and in the store. Changes are on disk before a method returns. */
export class DeviceRegistry {
  readonly #options: DeviceRegistryOptions;
  readonly #devices = new Map<string, Device>();
  readonly #byKid = new Map<string, Device>();
  readonly #onStopped: ((device: Device) => void)[] = [];
  readonly #onStatus: ((device: Device) => void)[] = [];

  constructor(options: DeviceRegistryOptions) {
    this.#options = options;
  }

  /** Reads all devices. */
  load(): void {
    const { store, chains } = this.#options;
    const clocks = new Map<string, ClockState>();
    for (const { deviceId, state } of store.read.deviceClocks()) {
      clocks.set(deviceId, JSON.parse(state) as ClockState);
    }
    for (const row of store.read.devices()) {
      const clock = new DeviceClock(clocks.get(row.deviceId));
      this.#add(new Device(row, chains.get(row.chainNo), clock));
    }
  }

  /** Calls back when a device must not send any more, or not in its former epoch: its connection has to go. */
  onStopped(listener: (device: Device) => void): void {
    this.#onStopped.push(listener);
  }

  /** Calls back when a device may have another status than before. */
  onStatus(listener: (device: Device) => void): void {
    this.#onStatus.push(listener);
  }

  find(deviceId: string): Device | undefined {
    return this.#devices.get(deviceId);
  }

  /** @throws DeviceError `DEVICE_NOT_FOUND` */
  get(deviceId: string): Device {
    const device = this.#devices.get(deviceId);
    if (device === undefined) throw new DeviceError('DEVICE_NOT_FOUND', `There is no device ${deviceId}`);
    return device;
  }

  /** By the key id in its frames; revoked devices are found too. */
  findByKid(kid: string): Device | undefined {
    return this.#byKid.get(kid);
  }

  list(): Device[] {
    return [...this.#devices.values()];
  }

  /** A patient's, in the order of their ids. */
  ofPatient(patientNo: number): Device[] {
    return this.#options.store.read.deviceIds(patientNo).map((deviceId) => this.get(deviceId));
  }

  /** @throws DeviceError `PAIRING_CODES_EXHAUSTED`, `DEVICE_NOT_FOUND` */
  issuePairingCode(request: NewPairingCode): PairingCode {
    if (request.deviceId !== undefined) {
      const device = this.get(request.deviceId);
      if (device.chain.patient.patientNo !== request.patientNo) {
        throw new DeviceError('DEVICE_NOT_FOUND', 'This patient has no such device');
      }
    }
    return issuePairingCode(this.#options.store, request, this.#options.clock());
  }

  /**
   * Registers a device, or pairs a known one again: a new epoch, its counter from 0, the same id. A revoked key never
   * comes back; a known device needs a code that was issued for it.
   * @param alsoWrite within the transaction that uses the code up
   * @throws DeviceError
   */
  register(request: RegisterDevice, alsoWrite: (deviceId: string) => void = () => undefined): Device {
    const { store, patients, verifier, gatewayId, clock, rules } = this.#options;
    const nowMs = clock();
    const publicKey = fromBase64url(request.deviceKey);
    checkPairingProof(request, publicKey, { verifier, gatewayId });
    const code = findPairingCode(store, request.pairingCode, nowMs);
    const deviceId = deviceIdOf(publicKey, sha256);
    const known = this.#devices.get(deviceId);
    assertMayPair(deviceId, known, code);
    const unknown = request.profile.codes.find((loinc) => !rules.isKnownCode(loinc));
    if (unknown !== undefined) {
      throw new DeviceError(
        'PROFILE_CODE_UNKNOWN',
        `This gateway has no rules for LOINC ${unknown}: leave it out`,
      );
    }
    const { chain: patient } = patients.byNo(code.patientNo);
    const state = newDeviceChain(deviceId, randomId128(), sha256);
    const fields = {
      deviceId,
      patientNo: patient.patientNo,
      publicKey,
      kid: kidOf('Ed25519', publicKey),
      type: request.profile.type,
      codes: request.profile.codes,
      status: 'active' as const,
      registeredMs: known?.registeredMs ?? nowMs,
      changedMs: nowMs,
    };
    const row = store.transaction((writer) => {
      usePairingCode(writer, code);
      const chainNo = writer.insertDeviceChain(patient.patientNo, state, nowMs);
      const device: DeviceRow = { ...fields, chainNo };
      if (known === undefined) writer.insertDevice(device);
      else writer.replaceDevice(device);
      alsoWrite(deviceId);
      return device;
    });
    const chain = new DeviceChain(row.chainNo, patient, state);
    this.#options.chains.add(chain);
    return this.#keep(row, chain, known);
  }

  /** For a while: `resume` undoes it. */
  suspend(deviceId: string): Device {
    return this.#setStatus(deviceId, 'suspended');
  }

  resume(deviceId: string): Device {
    return this.#setStatus(deviceId, 'active');
  }

  /** For good: its key is never accepted again. What it sent stays. */
  revoke(deviceId: string): Device {
    return this.#setStatus(deviceId, 'revoked');
  }

  /**
   * The active device that a token speaks for, if the token was made just now. What it says of the device's clock counts.
   * @throws DeviceError `DEVICE_TOKEN_…`, `DEVICE_NOT_FOUND`, `DEVICE_SUSPENDED`, `DEVICE_REVOKED`; the one for a token out
   *   of time has the members `gatewayTime` and `nonce`, with which the device makes one that is not
   */
  authenticate(token: string): Device {
    const { device, isFresh } = this.admit(token, issuerOfToken(token));
    if (isFresh) return device;
    const nowMs = this.#options.clock();
    throw new DeviceError(
      'DEVICE_TOKEN_EXPIRED',
      'The token is out of time by this gateway’s clock: make one with this nonce, and your clock need not be right',
      {
        members: {
          gatewayTime: timestampOf(nowMs),
          nonce: this.#options.nonces.give(device.deviceId, nowMs),
        },
      },
    );
  }

  /**
   * The active device that a token speaks for, whenever that was made. What a fresh one says of the device's clock counts.
   * @param deviceId whom it has to speak for: the MQTT user name
   * @throws DeviceError `DEVICE_TOKEN_INVALID`, `DEVICE_TOKEN_AUDIENCE`, `DEVICE_NOT_FOUND`, `DEVICE_SUSPENDED`, `DEVICE_REVOKED`
   */
  admit(token: string, deviceId: string): Admission {
    const { verifier, gatewayId, clock, isClockProved } = this.#options;
    const device = this.get(deviceId);
    const nowMs = clock();
    const checked = checkDeviceToken(token, device, { verifier, gatewayId, nowMs });
    assertActive(device);
    const isFresh = checked.isInTime || this.#isNonceOf(device, checked, nowMs);
    const sample = isClockProved() ? { iatMs: checked.iatMs, receivedMs: nowMs } : undefined;
    if (isFresh && sample !== undefined) device.clock.token(sample);
    return { device, isFresh, sample };
  }

  #isNonceOf({ deviceId }: Device, { nonce }: CheckedToken, nowMs: number): boolean {
    return nonce !== undefined && this.#options.nonces.givenMs(nonce, deviceId, nowMs) !== undefined;
  }

  #setStatus(deviceId: string, status: DeviceStatus): Device {
    const device = this.get(deviceId);
    if (device.status === status) return device;
    if (device.status === 'revoked') {
      throw new DeviceError('DEVICE_REVOKED', `Device ${deviceId} was revoked for good: pair a new key`);
    }
    const nowMs = this.#options.clock();
    const { patientNo } = device.chain.patient;
    this.#options.store.transaction((writer) =>
      writer.setDeviceStatus({ deviceId, patientNo, status, changedMs: nowMs }),
    );
    device.status = status;
    device.changedMs = nowMs;
    if (status !== 'active') this.#stopped(device);
    for (const listener of this.#onStatus) listener(device);
    return device;
  }

  #keep(row: DeviceRow, chain: DeviceChain, known: Device | undefined): Device {
    if (known === undefined) return this.#add(new Device(row, chain));
    known.pairAgain(chain, row);
    this.#stopped(known);
    for (const listener of this.#onStatus) listener(known);
    return known;
  }

  #add(device: Device): Device {
    this.#devices.set(device.deviceId, device);
    this.#byKid.set(device.kid, device);
    return device;
  }

  #stopped(device: Device): void {
    for (const listener of this.#onStopped) listener(device);
  }
}

/** @throws DeviceError `DEVICE_SUSPENDED`, `DEVICE_REVOKED` */
function assertActive({ deviceId, status }: Device): void {
  if (status === 'suspended') throw new DeviceError('DEVICE_SUSPENDED', `Device ${deviceId} is suspended`);
  if (status === 'revoked') throw new DeviceError('DEVICE_REVOKED', `Device ${deviceId} is revoked`);
}

function assertMayPair(deviceId: string, known: Device | undefined, code: PairingCodeRow): void {
  if (code.deviceId !== null && code.deviceId !== deviceId) {
    throw new DeviceError('PAIRING_OTHER_DEVICE', 'This pairing code was issued for another device');
  }
  if (known === undefined) return;
  if (known.status === 'revoked') {
    throw new DeviceError('DEVICE_REVOKED', `Device ${deviceId} was revoked for good: make a new key`);
  }
  // Otherwise a code for one patient would take over the device of another.
  if (code.deviceId === null) {
    throw new DeviceError(
      'DEVICE_ALREADY_REGISTERED',
      `Device ${deviceId} is registered: ask for a pairing code that names it, to pair it again`,
    );
  }
}
