import type { ChainState, DeviceChainState } from '@careledger/private-chain';
import type {
  BlockRow,
  DeviceChainRow,
  DeviceClockRow,
  DeviceRow,
  FrameRow,
  FrameRun,
  FramesOfBlock,
  NewFrameRow,
  PairingCodeRow,
  PatientRow,
} from './rows.js';

/** Reads what is committed, or within a transaction what it has written so far. */
export interface StoreReader {
  patients(): Iterable<PatientRow>;
  devices(): Iterable<DeviceRow>;
  /** A patient's, in their order. */
  deviceIds(patientNo: number): string[];
  deviceChain(chainNo: number): DeviceChainRow | undefined;
  /** The number of a device's chain in an epoch, present or former. */
  chainNoOf(deviceId: string, epoch: string): number | undefined;
  deviceClocks(): Iterable<DeviceClockRow>;
  pairingCode(codeHash: Uint8Array): PairingCodeRow | undefined;
  pairingCodeCount(patientNo: number, nowMs: number): number;

  /** The highest row id given so far; 0 in an empty store. */
  lastFrameRow(): number;
  frame(rowId: number): FrameRow | undefined;
  /** The contents of frames with ascending row ids: null of one that was erased or is not there. */
  frameContents(rowIds: readonly number[]): (Uint8Array | null)[];
  /** Frames with a higher row id, in its order, at most `limit`. */
  framesAfter(rowId: number, limit: number): FrameRow[];

  block(patientNo: number, height: number): BlockRow | undefined;
  /** Blocks from a height on, ascending, at most `limit`. */
  blocksFrom(patientNo: number, height: number, limit: number): BlockRow[];
  /** Those below a height that hold no frames, ascending. */
  blocksWithoutFrames(patientNo: number, below: number): BlockRow[];
  framesOfBlock(patientNo: number, height: number): FramesOfBlock | undefined;
  /** Row ids of the frames of sealed blocks that may have a reading measured in [fromMs, toMs), ascending. */
  frameRowsBetween(patientNo: number, fromMs: number, toMs: number): number[];
  /** Height of the sealed block that has this counter of the device's chain. */
  heightOfSeq(chainNo: number, seq: number): number | undefined;
  /** Every frame before this row is in a sealed block; some after it may be. */
  recoveryRow(): number;
}

/** Exists only within a transaction. */
export interface StoreWriter extends StoreReader {
  insertPatient(patientId: string, createdMs: number, state: ChainState): number;
  insertDevice(device: DeviceRow): void;
  /** Type, codes, patient, status and chain of a device that is paired again. */
  replaceDevice(device: DeviceRow): void;
  setDeviceStatus(device: Pick<DeviceRow, 'deviceId' | 'patientNo' | 'status' | 'changedMs'>): void;
  insertDeviceChain(patientNo: number, state: DeviceChainState, openedMs: number): number;
  putDeviceClock(clock: DeviceClockRow): void;
  insertPairingCode(code: PairingCodeRow): void;
  /** False if there was none: somebody else used it. */
  deletePairingCode(codeHash: Uint8Array): boolean;
  deleteExpiredPairingCodes(nowMs: number): void;

  insertFrames(frames: readonly NewFrameRow[]): void;
  /** Deletes the content and keeps the leaf. */
  eraseFrame(rowId: number, leaf: string): void;
  insertBlock(block: BlockRow, frames?: FramesOfBlock): void;
  insertFrameRun(run: FrameRun): void;
  /** After a block that changes more than every block does, `height`, `head` and `time`: those are read from the blocks. */
  setChainState(patientNo: number, state: ChainState): void;
  setDeviceChainState(chainNo: number, state: DeviceChainState): void;
  setRecoveryRow(rowId: number): void;
}
