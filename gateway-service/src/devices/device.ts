import type { DeviceChain } from '../chain/device-chain.js';
import { DeviceClock } from '../device-clock/index.js';
import type { DeviceRow, DeviceStatus } from '../store/index.js';
import { profileOf, type DeviceProfile } from './profile.js';
import { keptKey } from './public-keys.js';

/** A registered device as the gateway keeps it in memory: all that the hot path needs, without a look into the store. */
export class Device {
  readonly deviceId: string;
  /** Raw Ed25519, 32 bytes. */
  readonly publicKey: Uint8Array;
  /** Thumbprint that its frames and tokens name. */
  readonly kid: string;
  readonly registeredMs: number;
  status: DeviceStatus;
  changedMs: number;
  #profile: DeviceProfile;

  constructor(
    row: DeviceRow,
    /** Its chain in the epoch that is open. */
    public chain: DeviceChain,
    /** What is known of its clock. */
    readonly clock = new DeviceClock(),
  ) {
    // The chain has the same text already.
    this.deviceId = chain.state.deviceId;
    this.publicKey = keptKey(row.publicKey);
    this.kid = row.kid;
    this.registeredMs = row.registeredMs;
    this.#profile = profileOf(row.type, row.codes);
    this.status = row.status;
    this.changedMs = row.changedMs;
  }

  /** A new epoch of a known device. Frames of the former one that still wait are refused from now on. */
  pairAgain(chain: DeviceChain, { type, codes, changedMs }: DeviceRow): void {
    this.chain = chain;
    this.#profile = profileOf(type, codes);
    this.status = 'active';
    this.changedMs = changedMs;
  }

  get type(): string {
    return this.#profile.type;
  }

  /** LOINC codes that it may send. */
  get codes(): ReadonlySet<string> {
    return this.#profile.codes;
  }

  get patientId(): string {
    return this.chain.patient.patientId;
  }

  /** Frames that are missing from its chain. */
  get missing(): number {
    return this.chain.state.gaps.reduce((total, { from, to }) => total + to - from + 1, 0);
  }

  toRow(): DeviceRow {
    return {
      deviceId: this.deviceId,
      patientNo: this.chain.patient.patientNo,
      publicKey: this.publicKey,
      kid: this.kid,
      type: this.type,
      codes: [...this.codes],
      status: this.status,
      chainNo: this.chain.chainNo,
      registeredMs: this.registeredMs,
      changedMs: this.changedMs,
    };
  }
}
