import {
  codeEntry,
  inTableUnit,
  isSentSkewed,
  isUrgent,
  readingError,
  type Comparator,
  type ReadingErrorCode,
} from '@careledger/clinical';
import type { TimedReading } from '@careledger/private-chain';
import { URGENT_MAX_AGE_MS } from './limits.js';

/** A reading of a frame of any version. */
type UrgentReading = TimedReading & { readonly comparator?: Comparator | undefined };

/** What the hot path asks about readings. */
export interface ReadingRules {
  /** Why the reading must be refused, with its whole frame; null if it may be stored. */
  refusal(reading: TimedReading): ReadingErrorCode | null;
  isSentSkewed(sentMs: number, nowMs: number): boolean;
  isKnownCode(code: string): boolean;
  /**
   * Whether the frame should overtake others. A cheap look at its recent values alone, before its signature is checked:
   * the rules decide later, with what came before. Answering yes too often makes urgent frames slow, nothing wrong.
   * @param offsetMs what is added to the readings' times to have them by the gateway's clock
   */
  isPossiblyUrgent(readings: readonly UrgentReading[], nowMs: number, offsetMs?: number): boolean;
}

/** The rules of packages/clinical, with its published thresholds; per-patient overrides do not change what is urgent. */
export const clinicalReadingRules: ReadingRules = {
  refusal: ({ timeMs, code, value, unit }) => readingError({ t: timeMs, code, value, unit }),
  isSentSkewed,
  isKnownCode: (code) => codeEntry(code) !== undefined,
  isPossiblyUrgent: (readings, nowMs, offsetMs = 0) =>
    isUrgent(
      readings
        .filter(({ timeMs }) => nowMs - (timeMs + offsetMs) <= URGENT_MAX_AGE_MS)
        .map(({ code, value, unit, comparator }) => ({ code, value: inTableUnit(value, unit), comparator })),
    ),
};
