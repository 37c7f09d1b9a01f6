import type { UrgencyTest } from '../../engine/rule.js';
import { LOINC } from '../../model/codes.js';
import { flagsOfValue } from '../../model/flags.js';
import { chartedValue, scoreParameter } from './chart.js';
import { NEWS2_DEFAULTS } from './defaults.js';
import { news2Parameter } from './newest.js';

/** A zero that may be a heart or a breath that stands still. */
const MAY_STAND_STILL: ReadonlySet<string> = new Set([LOINC.heartRate, LOINC.respiratoryRate]);
const SUFFICES = 3;

/** The value's score on scale 1. */
export const news2Urgency: UrgencyTest = (reading) => {
  const { code } = reading;
  const parameter = news2Parameter(code);
  if (parameter === undefined) return 0;
  const flags = flagsOfValue(reading);
  if (flags.includes('SENSOR_OFF')) return MAY_STAND_STILL.has(code) ? SUFFICES : 0;
  if (flags.length > 0) return 0;
  return scoreParameter(parameter, chartedValue(parameter, reading), NEWS2_DEFAULTS.spo2Scale, false);
};
