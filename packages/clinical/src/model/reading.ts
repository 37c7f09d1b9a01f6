import { codeEntry } from './codes.js';
import { LIVE_MS, MAX_FUTURE_MS, MAX_SENT_SKEW_MS } from './limits.js';
import { isUnitOf } from './units.js';

/** FHIR Quantity.comparator: the value is a bound, the measurement below or above it. */
export type Comparator = '<' | '>';

/** One accepted measurement as the processing sees it; the unit is the code table's. */
export interface ClinicalReading {
  /** Number of its row in the gateway's store; names the reading in evidence and flags. */
  readonly rowId: number;
  readonly deviceId: string;
  /** Measured time as the device said it, milliseconds since the epoch. */
  readonly t: number;
  /** What the device's clock is behind, as stored with the frame: rule time is `t` plus this. Milliseconds; 0 unless known. */
  readonly offsetMs?: number | undefined;
  /** Its device has no clock: `t` counts from a boot, and the offset is when that began. */
  readonly isOfBoot?: boolean | undefined;
  /** LOINC code of the code table. */
  readonly code: string;
  readonly value: number;
  readonly comparator?: Comparator | undefined;
  /** Received time, milliseconds since the epoch, the gateway's clock. */
  readonly receivedAt: number;
}

type Timed = Pick<ClinicalReading, 't' | 'offsetMs' | 'receivedAt'>;

/** When a reading counts as measured: nothing else reaches streams, windows and the watermark. Milliseconds. */
export const ruleTime = ({ t, offsetMs = 0, receivedAt }: Timed): number =>
  Math.min(t + offsetMs, receivedAt);

/** Whether a reading is too far ahead of its arrival to be believed. */
export const isFuture = ({ t, offsetMs = 0, receivedAt }: Timed): boolean =>
  t + offsetMs > receivedAt + MAX_FUTURE_MS;

/** Whether what was measured at `t` (rule time) was news when it arrived. */
export const isLive = (t: number, receivedAt: number): boolean => receivedAt - t <= LIVE_MS;

/** Why a reading is refused; nothing of it is kept apart from its frame's result. */
export type ReadingErrorCode = 'UNKNOWN_CODE' | 'WRONG_UNIT' | 'INVALID_VALUE' | 'INVALID_TIME';

/**
 * The code with which a reading must be refused, or null when it may be stored. `t` in milliseconds since the epoch.
 * What it means is another question: see `flags.ts`.
 */
export function readingError(reading: {
  readonly t: number;
  readonly code: string;
  readonly value: number;
  readonly unit: string;
}): ReadingErrorCode | null {
  if (codeEntry(reading.code) === undefined) return 'UNKNOWN_CODE';
  if (!isUnitOf(reading.code, reading.unit)) return 'WRONG_UNIT';
  if (!Number.isFinite(reading.value)) return 'INVALID_VALUE';
  if (!Number.isSafeInteger(reading.t)) return 'INVALID_TIME';
  return null;
}

/** Whether a frame's `sent` is so far off the gateway's clock that the frame is flagged `CLOCK_SKEW` (it is kept). */
export const isSentSkewed = (sentMs: number, receivedAtMs: number): boolean =>
  Math.abs(sentMs - receivedAtMs) > MAX_SENT_SKEW_MS;
