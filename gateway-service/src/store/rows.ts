import type { ChainState, DeviceChainState } from '@careledger/private-chain';

/** Bits of a frame's `flags`. */
export const FRAME_FLAG = {
  /** The device's clock (`sent`) was more than 5 min off the gateway's. */
  clockSkew: 1,
  /** It came late and filled a place in a gap. */
  filler: 2,
  /** It is of a boot of which nobody knows when it was: `offsetMs` puts its readings no later than they can have been. */
  timeUnknown: 4,
} as const;

export interface PatientRow {
  readonly patientNo: number;
  readonly patientId: string;
  readonly createdMs: number;
  /** After the newest block. */
  readonly chainState: ChainState;
}

export type DeviceStatus = 'active' | 'suspended' | 'revoked';

export interface DeviceRow {
  readonly deviceId: string;
  readonly patientNo: number;
  /** Raw Ed25519, 32 bytes. */
  readonly publicKey: Uint8Array;
  readonly kid: string;
  readonly type: string;
  /** LOINC codes that it measures. */
  readonly codes: readonly string[];
  readonly status: DeviceStatus;
  readonly chainNo: number;
  readonly registeredMs: number;
  readonly changedMs: number;
}

/** A device's chain in one epoch. */
export interface DeviceChainRow {
  readonly chainNo: number;
  readonly patientNo: number;
  readonly state: DeviceChainState;
  readonly openedMs: number;
}

/** What is known of a device's clock: JSON of `device-clock/clock-state.ts`. */
export interface DeviceClockRow {
  readonly deviceId: string;
  readonly state: string;
}

export interface PairingCodeRow {
  readonly codeHash: Uint8Array;
  readonly patientNo: number;
  /** The device that the code pairs again; null for a new one. */
  readonly deviceId: string | null;
  readonly expiresMs: number;
}

/** A frame as stored. `rowId` ascends in the order of acceptance and names the frame for good. */
export interface FrameRow {
  readonly rowId: number;
  readonly chainNo: number;
  readonly seq: number;
  /** Of the block that it is, or will be, sealed in. */
  readonly height: number;
  readonly receivedMs: number;
  readonly flags: number;
  /** What is added to its readings' times, as the device said them, to have them by this gateway's clock. Never recomputed. */
  readonly offsetMs: number;
  /** Null once erased; `leaf` is kept then. */
  readonly jws: Uint8Array | null;
  readonly leaf: string | null;
}

/** A frame as it comes into the store. */
export type NewFrameRow = Omit<FrameRow, 'jws' | 'leaf'> & { readonly jws: Uint8Array };

export interface BlockRow {
  readonly patientNo: number;
  readonly height: number;
  readonly hash: string;
  /** The block with its signature, as JSON. */
  readonly json: string;
}

/** What a frames block has beyond the block itself. */
export interface FramesOfBlock {
  readonly minMs: number;
  readonly maxMs: number;
  readonly rows: readonly number[];
  /** Hashes of its frames in that order: `leaves` of `packTree`. */
  readonly leaves: Uint8Array;
}

/** Consecutive counters of a device's chain within one block. */
export interface FrameRun {
  readonly chainNo: number;
  readonly fromSeq: number;
  readonly toSeq: number;
  readonly height: number;
}
