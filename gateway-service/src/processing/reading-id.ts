import { inTableUnit, type ClinicalReading } from '@careledger/clinical';
import type { Frame, TimedReading } from '@careledger/private-chain';
import type { TraceParent } from '@careledger/service-kit';
import type { CommittedFrame } from '../ingest/index.js';
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
  readonly offsetMs: number;
  readonly frame: Frame;
  /** Missing where it is processed again after a crash: its trace was in memory. */
  readonly trace?: TraceParent | null;
}

/** A frame that has just become durable. */
export function processedFrame(committed: CommittedFrame): ProcessedFrame {
  const { rowId, patientNo, device, receivedMs, offsetMs, frame, trace } = committed;
  return { rowId, patientNo, deviceId: device.deviceId, receivedMs, offsetMs, frame, trace };
}

/** The measurement of a reading as rules and aggregates have it: in the code table's unit. */
export function measurementOf({ timeMs, code, value, unit, comparator }: TimedReading) {
  return {
    ...{ t: timeMs, code, value: inTableUnit(value, unit) },
    ...(comparator !== undefined && { comparator }),
  };
}

/** A frame's readings as the rules take them. */
export function clinicalReadings(stored: ProcessedFrame): ClinicalReading[] {
  const { rowId, deviceId, receivedMs, offsetMs, frame } = stored;
  return frame.readings.map((reading, index) => ({
    rowId: readingIdOf(rowId, index),
    deviceId,
    ...measurementOf(reading),
    offsetMs,
    ...(frame.boot !== undefined && { isOfBoot: true }),
    receivedAt: receivedMs,
  }));
}
