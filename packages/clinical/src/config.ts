import type {
  ClinicalConfig,
  ClinicalOverrides,
  GlucoseThresholds,
  News2Thresholds,
} from './model/config.js';
import {
  DEFAULT_ALLOWED_LATENESS_MS,
  DEFAULT_WINDOW_MS,
  MAX_WINDOW_MS,
  MIN_WINDOW_MS,
} from './model/limits.js';
import { BLOOD_PRESSURE_DEFAULTS } from './rules/blood-pressure/defaults.js';
import { FEVER_DEFAULTS } from './rules/fever/defaults.js';
import { GLUCOSE_DEFAULTS } from './rules/glucose/defaults.js';
import { NEWS2_DEFAULTS } from './rules/news2/defaults.js';
import { SILENCE_DEFAULTS } from './rules/silence/defaults.js';

/** Published thresholds; each rule's folder has its own, with the source. */
const DEFAULT_CONFIG: ClinicalConfig = {
  windowMs: DEFAULT_WINDOW_MS,
  allowedLatenessMs: DEFAULT_ALLOWED_LATENESS_MS,
  person: { birthYear: null, isPregnant: false },
  devices: {},
  glucose: GLUCOSE_DEFAULTS,
  news2: NEWS2_DEFAULTS,
  bloodPressure: BLOOD_PRESSURE_DEFAULTS,
  fever: FEVER_DEFAULTS,
  silence: SILENCE_DEFAULTS,
};

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
    person: { ...DEFAULT_CONFIG.person, ...overrides.person },
    devices: { ...DEFAULT_CONFIG.devices, ...overrides.devices },
    glucose: { ...DEFAULT_CONFIG.glucose, ...overrides.glucose },
    news2: { ...DEFAULT_CONFIG.news2, ...overrides.news2 },
    bloodPressure: { ...DEFAULT_CONFIG.bloodPressure, ...overrides.bloodPressure },
    fever: { ...DEFAULT_CONFIG.fever, ...overrides.fever },
    silence: { ...DEFAULT_CONFIG.silence, ...overrides.silence },
  };
  checkWindows(config);
  checkGlucose(config.glucose);
  checkNews2(config.news2);
  checkDevices(config.devices);
  return config;
}

function checkWindows({ windowMs, allowedLatenessMs }: ClinicalConfig): void {
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
}

function checkGlucose(glucose: GlucoseThresholds): void {
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
}

function checkNews2(news2: News2Thresholds): void {
  const { total, highTotal } = news2;
  if (!Number.isInteger(total) || !Number.isInteger(highTotal) || total < 1 || highTotal > 20) {
    throw new ClinicalConfigError('news2.total and news2.highTotal must be whole numbers from 1 to 20');
  }
  if (total > highTotal) throw new ClinicalConfigError('news2.total must not be above news2.highTotal');
  if (news2.singleParameter !== null && ![1, 2, 3].includes(news2.singleParameter)) {
    throw new ClinicalConfigError('news2.singleParameter must be 1, 2, 3 or null');
  }
}

function checkDevices(devices: ClinicalConfig['devices']): void {
  for (const { instrumentRange } of Object.values(devices)) {
    if (instrumentRange === undefined) continue;
    const { low, high } = instrumentRange;
    if (!(low > 0 && low < high && Number.isFinite(high))) {
      throw new ClinicalConfigError('instrumentRange must rise from above 0');
    }
  }
}
