import { codeEntry } from './codes.js';
import { RATE_OF_CHANGE_SPAN_MS } from './limits.js';

/** Why a stored reading is kept out of the rules. */
export type ReadingFlag = 'SENSOR_OFF' | 'OUT_OF_RANGE' | 'RATE_OF_CHANGE' | 'DUPLICATE';

export interface Assessment {
  readonly plausible: boolean;
  readonly flags: readonly ReadingFlag[];
}

const PLAUSIBLE: Assessment = { plausible: true, flags: [] };
const SENSOR_OFF: Assessment = { plausible: false, flags: ['SENSOR_OFF'] };
const OUT_OF_RANGE: Assessment = { plausible: false, flags: ['OUT_OF_RANGE'] };
const RATE_OF_CHANGE: Assessment = { plausible: false, flags: ['RATE_OF_CHANGE'] };

const MS_PER_MINUTE = 60_000;

/**
 * Whether a reading can be true: not a monitor's zero, within the code's range, and not changed faster than the code
 * allows since `previousPlausible`, the last plausible reading of the same device and code that was measured before it
 * (null if there is none). Times in milliseconds. Throws RangeError for a code outside the table.
 */
export function assess(
  reading: { readonly t: number; readonly code: string; readonly value: number },
  previousPlausible: { readonly t: number; readonly value: number } | null,
): Assessment {
  const entry = codeEntry(reading.code);
  if (entry === undefined) throw new RangeError(`no LOINC code ${reading.code} in the code table`);
  const { value } = reading;
  if (value === 0 && entry.zeroMeansOff) return SENSOR_OFF;
  if (!(value >= entry.plausible.low && value <= entry.plausible.high)) return OUT_OF_RANGE;
  if (entry.maxChangePerMinute !== null && previousPlausible !== null) {
    const spanMs = reading.t - previousPlausible.t;
    const limit = (entry.maxChangePerMinute * spanMs) / MS_PER_MINUTE;
    // Two readings of one instant have no rate.
    if (spanMs > 0 && spanMs <= RATE_OF_CHANGE_SPAN_MS && Math.abs(value - previousPlausible.value) > limit) {
      return RATE_OF_CHANGE;
    }
  }
  return PLAUSIBLE;
}
