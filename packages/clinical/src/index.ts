export {
  ACVPU,
  CODES,
  LOINC,
  RANGE_SOURCE,
  codeEntry,
  columnEntry,
  type CodeEntry,
  type ObservationCategory,
} from './codes.js';
export {
  ClinicalConfigError,
  DEFAULT_CONFIG,
  clinicalConfig,
  type ClinicalConfig,
  type ClinicalOverrides,
  type GlucoseThresholds,
  type News2Thresholds,
} from './config.js';
export type {
  ClinicalEvent,
  EpisodeEnded,
  EpisodeEndReason,
  EpisodeRevised,
  EpisodeStarted,
  Evidence,
  RuleName,
  WindowDue,
} from './events.js';
export * from './limits.js';
export {
  NEWS2_PARAMETERS,
  scoreNews2,
  scoreParameter,
  type News2Parameter,
  type News2Score,
  type News2Values,
  type Spo2Scale,
} from './news2.js';
export { assess, type Assessment, type ReadingFlag } from './plausibility.js';
export {
  flush,
  initialState,
  processReadings,
  tick,
  withOverrides,
  type FlaggedReading,
  type PatientState,
  type ProcessingResult,
} from './process.js';
export { isSentSkewed, readingError, type ClinicalReading, type ReadingErrorCode } from './reading.js';
export {
  PERCENTILES,
  changedCodes,
  percentile,
  summarise,
  type CodeSummary,
  type PercentileName,
  type TimeInRange,
  type WindowReading,
  type WindowSummary,
} from './summary.js';
export { windowOf } from './windows.js';
