import {
  codeEntry,
  inTableUnit,
  isSentSkewed,
  isUrgent,
  readingError,
  type ReadingErrorCode,
} from '@careledger/clinical';
import type { TimedReading } from '@careledger/private-chain';
import { URGENT_MAX_AGE_MS } from './limits.js';

/** What the hot path asks about readings. */
export interface ReadingRules {
  /** Why the reading must be refused, with its whole frame; null if it may be stored. `detail` begins with the member. */
  refusal(reading: TimedReading): { readonly code: ReadingErrorCode; readonly detail: string } | null;
  isSentSkewed(sentMs: number, nowMs: number): boolean;
  isKnownCode(code: string): boolean;
  /**
   * Whether the frame should overtake others. A cheap look at its recent values alone, before its signature is checked:
   * the rules decide later, with what came before. Answering yes too often makes urgent frames slow, nothing wrong.
   * @param offsetMs what is added to the readings' times to have them by the gateway's clock
   */
  isPossiblyUrgent(readings: readonly TimedReading[], nowMs: number, offsetMs: number): boolean;
}

/** The rules of packages/clinical, with its published thresholds; per-patient overrides do not change what is urgent. */
export const clinicalReadingRules: ReadingRules = {
  refusal({ timeMs, code, value, unit }) {
    // However far ahead it is: the rules flag it alone, and not its frame.
    const error = readingError({ t: timeMs, code, value, unit });
    return error && { code: error, detail: REFUSED[error]({ code, value, unit }) };
  },
  isSentSkewed,
  isKnownCode: (code) => codeEntry(code) !== undefined,
  isPossiblyUrgent(readings, nowMs, offsetMs) {
    const recent = [];
    for (const { timeMs, code, value, unit, comparator } of readings) {
      if (nowMs - (timeMs + offsetMs) > URGENT_MAX_AGE_MS) continue;
      recent.push({ code, value: inTableUnit(value, unit), comparator });
    }
    return recent.length > 0 && isUrgent(recent);
  },
};

/** What to say of a reading that is refused, the member first. */
const REFUSED: Readonly<
  Record<ReadingErrorCode, (reading: Pick<TimedReading, 'code' | 'value' | 'unit'>) => string>
> = {
  UNKNOWN_CODE: ({ code }) => `code is ${code}, for which this gateway has no rules`,
  WRONG_UNIT: ({ code, unit }) => `unit is ${unit}; ${code} is taken in ${unitsOf(code).join(' or ')}`,
  INVALID_VALUE: ({ value }) => `value is ${value}, not a finite number`,
  INVALID_TIME: () => 't is no time',
};

function unitsOf(code: string): string[] {
  const entry = codeEntry(code);
  return entry === undefined ? [] : [entry.unit, ...(entry.otherUnits ?? [])];
}
