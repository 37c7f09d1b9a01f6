import {
  DEFAULT_CONFIG,
  LOINC,
  assess,
  codeEntry,
  inTableUnit,
  isGlucose,
  isSentSkewed,
  mgPerDl,
  readingError,
  scoreParameter,
  type News2Parameter,
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

const NEWS2_OF_LOINC = new Map<string, News2Parameter>([
  [LOINC.respiratoryRate, 'respirationRate'],
  [LOINC.spo2, 'spo2'],
  [LOINC.oxygenFlow, 'oxygen'],
  [LOINC.arterialSystolic, 'systolic'],
  [LOINC.cuffSystolic, 'systolic'],
  [LOINC.heartRate, 'pulse'],
  [LOINC.pulseOximeterRate, 'pulse'],
  [LOINC.consciousness, 'consciousness'],
  [LOINC.temperature, 'temperature'],
]);

/** The rules of packages/clinical, with its published thresholds; per-patient overrides do not change what is urgent. */
export const clinicalReadingRules: ReadingRules = {
  refusal({ timeMs, code, value, unit }) {
    // However far ahead it is: the rules flag it alone, and not its frame.
    const error = readingError({ t: timeMs, code, value, unit }, Number.POSITIVE_INFINITY);
    return error && { code: error, detail: REFUSED[error]({ code, value, unit }) };
  },
  isSentSkewed,
  isKnownCode: (code) => codeEntry(code) !== undefined,
  isPossiblyUrgent(readings, nowMs, offsetMs) {
    let total = 0;
    for (const reading of readings) {
      if (nowMs - (reading.timeMs + offsetMs) > URGENT_MAX_AGE_MS) continue;
      const score = urgencyOf(reading);
      if (score >= SINGLE_PARAMETER) return true;
      total += score;
    }
    return total >= DEFAULT_CONFIG.news2.total;
  },
};

/** What to say of a reading that is refused, the member first. */
const REFUSED: Readonly<
  Record<ReadingErrorCode, (reading: Pick<TimedReading, 'code' | 'value' | 'unit'>) => string>
> = {
  UNKNOWN_CODE: ({ code }) => `code is ${code}, for which this gateway has no rules`,
  WRONG_UNIT: ({ code, unit }) => `unit is ${unit}; ${code} is taken in ${unitsOf(code).join(' or ')}`,
  FUTURE_READING: () => 't is in the future',
  INVALID_VALUE: ({ value }) => `value is ${value}, not a finite number`,
  INVALID_TIME: () => 't is no time',
};

function unitsOf(code: string): string[] {
  const entry = codeEntry(code);
  return entry === undefined ? [] : [entry.unit, ...(entry.otherUnits ?? [])];
}

const SINGLE_PARAMETER = DEFAULT_CONFIG.news2.singleParameter ?? DEFAULT_CONFIG.news2.total;

/** The reading's NEWS2 score, or for glucose beyond a threshold what suffices on its own. */
function urgencyOf({ timeMs, code, value: sent, unit }: TimedReading): number {
  const parameter = NEWS2_OF_LOINC.get(code);
  if (parameter === undefined && !isGlucose(code)) return 0;
  const value = inTableUnit(sent, unit);
  if (!assess({ t: timeMs, code, value }, null).plausible) return 0;
  if (parameter !== undefined) return scoreParameter(parameter, value, DEFAULT_CONFIG.news2.spo2Scale, false);
  const { veryLowMgPerDl, veryHighMgPerDl } = DEFAULT_CONFIG.glucose;
  const glucose = mgPerDl(code, value);
  return glucose < veryLowMgPerDl || glucose > veryHighMgPerDl ? SINGLE_PARAMETER : 0;
}
