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
  /** Why the reading must be refused, with its whole frame; null if it may be stored. */
  refusal(reading: TimedReading, nowMs: number): ReadingErrorCode | null;
  isSentSkewed(sentMs: number, nowMs: number): boolean;
  isKnownCode(code: string): boolean;
  /**
   * Whether the frame should overtake others. A cheap look at its recent values alone, before its signature is checked:
   * the rules decide later, with what came before. Answering yes too often makes urgent frames slow, nothing wrong.
   */
  isPossiblyUrgent(readings: readonly TimedReading[], nowMs: number): boolean;
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
  refusal: ({ timeMs, code, value, unit }, nowMs) => readingError({ t: timeMs, code, value, unit }, nowMs),
  isSentSkewed,
  isKnownCode: (code) => codeEntry(code) !== undefined,
  isPossiblyUrgent(readings, nowMs) {
    let total = 0;
    for (const reading of readings) {
      if (nowMs - reading.timeMs > URGENT_MAX_AGE_MS) continue;
      const score = urgencyOf(reading);
      if (score >= SINGLE_PARAMETER) return true;
      total += score;
    }
    return total >= DEFAULT_CONFIG.news2.total;
  },
};

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
