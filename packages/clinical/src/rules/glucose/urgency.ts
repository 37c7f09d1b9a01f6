import type { UrgencyTest } from '../../engine/rule.js';
import { flagsOfValue } from '../../model/flags.js';
import { mgPerDl } from '../../model/units.js';
import { GLUCOSE_DEFAULTS } from './defaults.js';

const SUFFICES = 3;

/** Beyond a threshold, LO, HI, or what may be LO. */
export const glucoseUrgency: UrgencyTest = ({ code, value, comparator }) => {
  const flags = flagsOfValue({ code, value, comparator });
  if (flags.includes('SENSOR_OFF') || flags.includes('OUT_OF_RANGE')) return 0;
  if (comparator !== undefined) return SUFFICES;
  const { veryLowMgPerDl, veryHighMgPerDl } = GLUCOSE_DEFAULTS;
  const mass = mgPerDl(code, value);
  return mass < veryLowMgPerDl || mass > veryHighMgPerDl ? SUFFICES : 0;
};
