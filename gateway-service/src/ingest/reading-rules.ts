import {
  codeEntry,
  inTableUnit,
  isSentSkewed,
  isUrgent,
  readingError,
  ruleTime,
  type ConfigAt,
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
   */
  isPossiblyUrgent(readings: readonly TimedReading[], arrival: FrameArrival): boolean;
}

/** How a frame came, and what judges it. */
export interface FrameArrival {
  readonly deviceId: string;
  /** By the gateway's clock, milliseconds. */
  readonly receivedMs: number;
  /** What is added to the readings' times to have them by the gateway's clock. */
  readonly offsetMs: number;
  /** What is in force for the patient at a rule time. */
  readonly configAt: ConfigAt;
}

/** The rules of packages/clinical. */
export const clinicalReadingRules: ReadingRules = {
  refusal({ timeMs, code, value, unit }) {
    // However far ahead it is: the rules flag it alone, and not its frame.
    const error = readingError({ t: timeMs, code, value, unit });
    return error && { code: error, detail: REFUSED[error]({ code, value, unit }) };
  },
  isSentSkewed,
  isKnownCode: (code) => codeEntry(code) !== undefined,
  isPossiblyUrgent(readings, { deviceId, receivedMs, offsetMs, configAt }) {
    const recent = [];
    for (const { timeMs, code, value, unit, comparator } of readings) {
      const at = ruleTime({ t: timeMs, offsetMs, receivedAt: receivedMs });
      if (receivedMs - at > URGENT_MAX_AGE_MS) continue;
      recent.push({ at, code, value: inTableUnit(value, unit), comparator });
    }
    return recent.length > 0 && isUrgent(recent, deviceId, configAt);
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
