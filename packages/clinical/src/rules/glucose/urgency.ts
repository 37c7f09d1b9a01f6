import type { UrgencyTest, UrgencyValue } from '../../engine/rule.js';
import type { GlucoseThresholds } from '../../model/config.js';
import type { DeviceDescription } from '../../model/device.js';
import { flagsOfValue } from '../../model/flags.js';
import { isGlucose, mgPerDl } from '../../model/units.js';
import { sideOf } from './value.js';

/** Beyond a threshold, LO, HI, or what may be LO. */
export const glucoseUrgency: UrgencyTest = (values, { config, device }) =>
  values.some((value) => isGlucose(value.code) && isBeyond(value, config.glucose, device));

function isBeyond(
  reading: UrgencyValue,
  { veryLowMgPerDl, veryHighMgPerDl }: GlucoseThresholds,
  device: DeviceDescription,
): boolean {
  const flags = flagsOfValue(reading);
  if (flags.includes('SENSOR_OFF') || flags.includes('OUT_OF_RANGE')) return false;
  const mass = mgPerDl(reading.code, reading.value);
  return sideOf(reading, device) !== null || mass < veryLowMgPerDl || mass > veryHighMgPerDl;
}
