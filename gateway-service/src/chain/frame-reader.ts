import { ruleTime } from '@careledger/clinical';
import { parseFrame, type Frame, type TimedReading } from '@careledger/private-chain';
import type { FrameRow, StoreReader } from '../store/index.js';
import type { DeviceChains } from './device-chains.js';
import { FORMER_AHEAD_MS } from './limits.js';
import type { PatientChain } from './patient-chain.js';

/** A stored frame with whose it is, parsed. */
export interface StoredFrameView {
  readonly rowId: number;
  readonly patientNo: number;
  readonly patientId: string;
  readonly deviceId: string;
  readonly height: number;
  readonly receivedMs: number;
  /** Bits of `FRAME_FLAG`. */
  readonly flags: number;
  /** What is added to the times of its readings, as the device said them, to have them by the gateway's clock. */
  readonly offsetMs: number;
  readonly frame: Frame;
}

/** When a reading of a stored frame counts as measured, milliseconds since 1970. */
export function measuredMs(
  { timeMs }: Pick<TimedReading, 'timeMs'>,
  { offsetMs, receivedMs }: Pick<StoredFrameView, 'offsetMs' | 'receivedMs'>,
): number {
  return ruleTime({ t: timeMs, offsetMs, receivedAt: receivedMs });
}

/** Reads stored frames by row and by measured time. Erased frames are left out. */
export class FrameReader {
  readonly #read: StoreReader;
  readonly #chains: DeviceChains;

  constructor(read: StoreReader, chains: DeviceChains) {
    this.#read = read;
    this.#chains = chains;
  }

  /**
   * What came after a row, in the order of acceptance: with the last row seen kept in the store, a cursor that survives
   * a crash. `lastRow` is the cursor to go on from, even where all of a page was erased.
   */
  framesAfter(
    rowId: number,
    limit: number,
  ): { readonly frames: StoredFrameView[]; readonly lastRow: number } {
    const rows = this.#read.framesAfter(rowId, limit);
    return { frames: rows.flatMap((row) => this.#view(row) ?? []), lastRow: rows.at(-1)?.rowId ?? rowId };
  }

  frame(rowId: number): StoredFrameView | undefined {
    const row = this.#read.frame(rowId);
    return row && this.#view(row);
  }

  /** Frames with a reading that counts as measured in [fromMs, toMs), in the order of acceptance, sealed and open ones. */
  *framesBetween(patient: PatientChain, fromMs: number, toMs: number): Iterable<StoredFrameView> {
    for (const rowId of this.#rowsBetween(patient, fromMs, toMs)) {
      const view = this.frame(rowId);
      if (view?.frame.readings.some((reading) => isBetween(measuredMs(reading, view), fromMs, toMs)))
        yield view;
    }
  }

  #rowsBetween({ patientNo, open, uncommitted }: PatientChain, fromMs: number, toMs: number): number[] {
    const rows = this.#read.frameRowsBetween(patientNo, fromMs, toMs + FORMER_AHEAD_MS);
    for (const block of open === undefined ? uncommitted : [...uncommitted, open]) {
      for (const { rowId, minMs, maxMs } of block.frames)
        if (maxMs >= fromMs && minMs < toMs) rows.push(rowId);
    }
    return rows;
  }

  #view(row: FrameRow): StoredFrameView | undefined {
    if (row.jws === null) return undefined;
    const { patient, state } = this.#chains.get(row.chainNo);
    return {
      rowId: row.rowId,
      patientNo: patient.patientNo,
      patientId: patient.patientId,
      deviceId: state.deviceId,
      height: row.height,
      receivedMs: row.receivedMs,
      flags: row.flags,
      offsetMs: row.offsetMs,
      frame: parseFrame(row.jws),
    };
  }
}

const isBetween = (timeMs: number, fromMs: number, toMs: number): boolean =>
  timeMs >= fromMs && timeMs < toMs;
