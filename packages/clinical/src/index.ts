export { CGM_REPORT_MS, cgmReport, dayCompletedBy, type CgmReport } from './cgm-report.js';
export { ClinicalConfigError, clinicalConfig } from './config.js';
export { isUrgent } from './urgency.js';
export type { AlarmPriority, AlarmType } from './model/alarm.js';
export { CODES, LOINC, codeEntry, columnEntry } from './model/codes.js';
export type { ClinicalConfig, ClinicalOverrides } from './model/config.js';
export {
  METER_RANGE,
  METER_RANGE_MOLAR,
  kindOfType,
  rangeOf,
  type DeviceDescription,
  type DeviceKind,
} from './model/device.js';
export {
  typeOfRule,
  type ClinicalEvent,
  type EpisodeEndReason,
  type Evidence,
  type RuleName,
} from './model/events.js';
export { isExcluded, isPossibleGlucose } from './model/flags.js';
export * from './model/limits.js';
export { NEWS2_PARAMETERS, type News2Parameter, type News2Score } from './model/news2-score.js';
export {
  isSentSkewed,
  readingError,
  ruleTime,
  type ClinicalReading,
  type Comparator,
  type ReadingErrorCode,
} from './model/reading.js';
export type {
  SettingsAuthor,
  SettingsLayers,
  SettingsVersion,
  StatedDevice,
  StatedSettings,
} from './model/settings.js';
export type { ClosedSpan, Span } from './model/span.js';
export { sensorOf } from './model/sensor.js';
export { FOR_AUTHORITIES } from './rules/silence/wanted.js';
export { inRuleUnit, inTableUnit, isGlucose, isInterstitial } from './model/units.js';
export {
  flush,
  noteRefusals,
  processFrames,
  processReadings,
  tick,
  withAbsences,
  type FlaggedReading,
  type ProcessingResult,
  type Refusal,
} from './process.js';
export { scoreNews2 } from './rules/news2/chart.js';
export { haveOneCause } from './same-cause.js';
export { SettingsHistory, configAtOf, type ConfigAt } from './settings/history.js';
export { checkSettings, configUnder, loosenedByPatient, sharedSensor } from './settings/in-force.js';
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
