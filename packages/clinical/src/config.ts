import {
  DEFAULT_ALLOWED_LATENESS_MS,
  DEFAULT_WINDOW_MS,
  HIGH_GLUCOSE_DURATION_MS,
  MAX_WINDOW_MS,
  MIN_WINDOW_MS,
} from './limits.js';
import type { Spo2Scale } from './news2.js';

/** Thresholds for continuous glucose monitoring, mg/dL: Battelino et al., Diabetes Care 42:1593 (2019), levels 1 and 2. */
export interface GlucoseThresholds {
  /** Below: an emergency at the first reading. */
  readonly veryLowMgPerDl: number;
  /** Above, for `veryHighDurationMs`: an emergency. */
  readonly veryHighMgPerDl: number;
  readonly veryHighDurationMs: number;
  /** An episode is over after 15 min from here … */
  readonly recoveredLowMgPerDl: number;
  /** … to here, both inclusive. */
  readonly recoveredHighMgPerDl: number;
}

/** Thresholds for NEWS2 (RCP 2017): 7 or more is the trigger of an emergency response, 3 in one parameter of an urgent one. */
export interface News2Thresholds {
  readonly total: number;
  /** Null: a single parameter raises nothing. */
  readonly singleParameter: number | null;
  readonly spo2Scale: Spo2Scale;
}

export interface ClinicalConfig {
  /** Period of periodic records, UTC-aligned. */
  readonly windowMs: number;
  /** How far the watermark stays behind the newest measurement. */
  readonly allowedLatenessMs: number;
  readonly glucose: GlucoseThresholds;
  readonly news2: News2Thresholds;
}

export const DEFAULT_CONFIG: ClinicalConfig = {
  windowMs: DEFAULT_WINDOW_MS,
  allowedLatenessMs: DEFAULT_ALLOWED_LATENESS_MS,
  glucose: {
    veryLowMgPerDl: 54,
    veryHighMgPerDl: 250,
    veryHighDurationMs: HIGH_GLUCOSE_DURATION_MS,
    recoveredLowMgPerDl: 70,
    recoveredHighMgPerDl: 250,
  },
  news2: { total: 7, singleParameter: 3, spo2Scale: 1 },
};

/** What a patient's settings may override. */
export interface ClinicalOverrides {
  readonly windowMs?: number | undefined;
  readonly allowedLatenessMs?: number | undefined;
  readonly glucose?: Partial<GlucoseThresholds> | undefined;
  readonly news2?: Partial<News2Thresholds> | undefined;
}

export class ClinicalConfigError extends Error {
  readonly code = 'INVALID_CLINICAL_CONFIG';
  constructor(message: string) {
    super(message);
    this.name = 'ClinicalConfigError';
  }
}

/** The published thresholds with a patient's overrides. Throws ClinicalConfigError for a set that contradicts itself. */
export function clinicalConfig(overrides: ClinicalOverrides = {}): ClinicalConfig {
  const config: ClinicalConfig = {
    windowMs: overrides.windowMs ?? DEFAULT_CONFIG.windowMs,
    allowedLatenessMs: overrides.allowedLatenessMs ?? DEFAULT_CONFIG.allowedLatenessMs,
    glucose: { ...DEFAULT_CONFIG.glucose, ...overrides.glucose },
    news2: { ...DEFAULT_CONFIG.news2, ...overrides.news2 },
  };
  const { windowMs, allowedLatenessMs, glucose, news2 } = config;
  if (!Number.isSafeInteger(windowMs) || windowMs < MIN_WINDOW_MS || windowMs > MAX_WINDOW_MS) {
    throw new ClinicalConfigError(
      `windowMs must be a whole number from ${MIN_WINDOW_MS} to ${MAX_WINDOW_MS}`,
    );
  }
  if (
    !Number.isSafeInteger(allowedLatenessMs) ||
    allowedLatenessMs < 0 ||
    allowedLatenessMs > MAX_WINDOW_MS
  ) {
    throw new ClinicalConfigError(`allowedLatenessMs must be a whole number from 0 to ${MAX_WINDOW_MS}`);
  }
  const rising = [
    glucose.veryLowMgPerDl,
    glucose.recoveredLowMgPerDl,
    glucose.recoveredHighMgPerDl,
    glucose.veryHighMgPerDl,
  ];
  if (!rising.every((limit, i) => Number.isFinite(limit) && (i === 0 || (rising[i - 1] ?? 0) <= limit))) {
    throw new ClinicalConfigError(
      'glucose thresholds must rise: veryLow ≤ recoveredLow ≤ recoveredHigh ≤ veryHigh',
    );
  }
  if (!(glucose.veryHighDurationMs >= 0) || !Number.isFinite(glucose.veryHighDurationMs)) {
    throw new ClinicalConfigError('veryHighDurationMs must not be negative');
  }
  if (!Number.isInteger(news2.total) || news2.total < 1 || news2.total > 20) {
    throw new ClinicalConfigError('news2.total must be a whole number from 1 to 20');
  }
  if (news2.singleParameter !== null && ![1, 2, 3].includes(news2.singleParameter)) {
    throw new ClinicalConfigError('news2.singleParameter must be 1, 2, 3 or null');
  }
  return config;
}
