import type { GlucoseThresholds } from '../../model/config.js';
import { HIGH_GLUCOSE_DURATION_MS } from '../../model/limits.js';

/** Battelino et al., Diabetes Care 42:1593 (2019). */
export const GLUCOSE_DEFAULTS: GlucoseThresholds = {
  veryLowMgPerDl: 54,
  veryHighMgPerDl: 250,
  veryHighDurationMs: HIGH_GLUCOSE_DURATION_MS,
  recoveredLowMgPerDl: 70,
  recoveredHighMgPerDl: 250,
};
