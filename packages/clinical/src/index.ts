export { CGM_REPORT_MS, cgmReport, dayCompletedBy, type CgmReport } from './cgm-report.js';
export { clinicalConfig } from './config.js';
export { isUrgent } from './urgency.js';
export type { AlarmPriority, AlarmType } from './model/alarm.js';
export { CODES, LOINC, codeEntry, columnEntry } from './model/codes.js';
export type { ClinicalOverrides } from './model/config.js';
export { kindOfType, type DeviceDescription } from './model/device.js';
export type { ClinicalEvent, EpisodeEndReason, Evidence, RuleName } from './model/events.js';
export { isExcluded } from './model/flags.js';
export * from './model/limits.js';
export { NEWS2_PARAMETERS, type News2Parameter, type News2Score } from './model/news2-score.js';
export {
  isSentSkewed,
  readingError,
  ruleTime,
  type ClinicalReading,
  type ReadingErrorCode,
} from './model/reading.js';
export { inRuleUnit, inTableUnit, isGlucose, isInterstitial } from './model/units.js';
export {
  flush,
  processReadings,
  resume,
  tick,
  type FlaggedReading,
  type ProcessingResult,
} from './process.js';
export { scoreNews2 } from './rules/news2/chart.js';
export { initialState, migrateState, withOverrides, type PatientState, type StoredState } from './state.js';
export {
  changedCodes,
  isContinuous,
  massOf,
  summarise,
  type CodeSummary,
  type StatisticName,
  type WindowReading,
  type WindowSummary,
} from './summary.js';
export type { TimeInRange } from './time-in-range.js';
