import type { BloodPressureThresholds } from '../../model/config.js';

/**
 * Above 180/120: Whelton et al., Hypertension 71:e13 (2018), hypertensive crisis, measured again after 1 to 5 min
 * (American Heart Association). From 160/110 in pregnancy: ACOG Practice Bulletin 222 (2020), severe hypertension. Down
 * from 90 systolic: the NEWS2 chart's 3 (2017).
 */
export const BLOOD_PRESSURE_DEFAULTS: BloodPressureThresholds = {
  highSystolic: 180,
  highDiastolic: 120,
  pregnancyHighSystolic: 160,
  pregnancyHighDiastolic: 110,
  lowSystolic: 90,
};
