export { CODES, LOINC, codeEntry, columnEntry } from './codes.js';
export { CGM_REPORT_MS, cgmReport, dayCompletedBy, type CgmReport } from './cgm-report.js';
export { DEFAULT_CONFIG, clinicalConfig, type ClinicalOverrides } from './config.js';
export type { ClinicalEvent, Evidence, RuleName } from './events.js';
export * from './limits.js';
export {
  NEWS2_PARAMETERS,
  scoreNews2,
  scoreParameter,
  type News2Parameter,
  type News2Score,
} from './news2.js';
export { assess } from './plausibility.js';
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
export {
  isSentSkewed,
  readingError,
  ruleTime,
  type ClinicalReading,
  type Comparator,
  type ReadingErrorCode,
} from './reading.js';
export {
  changedCodes,
  isContinuous,
  summarise,
  type CodeSummary,
  type WindowReading,
  type WindowSummary,
} from './summary.js';
export type { TimeInRange } from './time-in-range.js';
export { inRuleUnit, inTableUnit, isGlucose, isInterstitial, mgPerDl } from './units.js';
