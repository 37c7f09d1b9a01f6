import { inTableUnit, type ClinicalReading, type Comparator } from '@careledger/clinical';
import type { Frame, TimedReading } from '@careledger/private-chain';
import { READINGS_PER_ROW } from './limits.js';

/** Names one reading of a stored frame for good: what the clinical rules call its row. */
const readingIdOf = (rowId: number, index: number): number => rowId * READINGS_PER_ROW + index;

/** The frame's row of a reading id. */
export const rowOfReading = (readingId: number): number => Math.floor(readingId / READINGS_PER_ROW);

/** The place of a reading within its frame. */
export const indexOfReading = (readingId: number): number => readingId % READINGS_PER_ROW;

/** What the processing needs of a stored frame. */
export interface ProcessedFrame {
  readonly rowId: number;
  readonly patientNo: number;
  readonly deviceId: string;
  readonly receivedMs: number;
  /** What the device's clock is behind, as stored with the frame; 0 unless known. */
  readonly offsetMs?: number | undefined;
  readonly frame: Frame;
}

/** A reading of a frame of any version. */
type FrameReading = TimedReading & { readonly comparator?: Comparator | undefined };

/** The measurement of a reading as rules and aggregates have it: in the code table's unit. */
export function measurementOf({ timeMs, code, value, unit, comparator }: FrameReading) {
  return {
    ...{ t: timeMs, code, value: inTableUnit(value, unit) },
    ...(comparator !== undefined && { comparator }),
  };
}

/** A frame's readings as the rules take them. */
export function clinicalReadings({
  rowId,
  deviceId,
  receivedMs,
  offsetMs,
  frame,
}: ProcessedFrame): ClinicalReading[] {
  return frame.readings.map((reading, index) => ({
    rowId: readingIdOf(rowId, index),
    deviceId,
    ...measurementOf(reading),
    offsetMs,
    receivedAt: receivedMs,
  }));
}
