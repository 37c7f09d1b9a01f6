import { FAHRENHEIT, LOINC, codeEntry } from './codes.js';

/** mg/dL of glucose in one mmol/L: its molar mass is 180.182 g/mol. */
export const MG_PER_DL_IN_MMOL_PER_L = 18.0182;

const GLUCOSE_IN_MASS: ReadonlySet<string> = new Set([LOINC.glucose, LOINC.interstitialGlucose]);
const GLUCOSE_IN_MOLES: ReadonlySet<string> = new Set([LOINC.glucoseMolar, LOINC.interstitialGlucoseMolar]);

/** Every code of glucose, whatever it is measured in. */
export const GLUCOSE_CODES: readonly string[] = [...GLUCOSE_IN_MASS, ...GLUCOSE_IN_MOLES];

export const isGlucose = (code: string): boolean => GLUCOSE_IN_MASS.has(code) || GLUCOSE_IN_MOLES.has(code);

/** Whether values of a glucose code are mg/dL, so that a fraction below 40 may be mmol/L that lost its unit. */
export const isInMass = (code: string): boolean => GLUCOSE_IN_MASS.has(code);

/** A glucose value as the rules see it, mg/dL; from mmol/L in whole mg/dL. */
export const mgPerDl = (code: string, value: number): number =>
  GLUCOSE_IN_MOLES.has(code) ? Math.round(value * MG_PER_DL_IN_MMOL_PER_L) : value;

/** Decimals of a converted temperature: more than any thermometer has, and no trace of binary fractions. */
const CELSIUS_SCALE = 1e4;

/** Whether devices may send `code` in `unit`. */
export function isUnitOf(code: string, unit: string): boolean {
  const entry = codeEntry(code);
  return entry !== undefined && (entry.unit === unit || entry.otherUnits?.includes(unit) === true);
}

/** A value as sent, in the unit of the code table: what rules, aggregates and records use. The store keeps it as sent. */
export const inTableUnit = (value: number, unit: string): number =>
  unit === FAHRENHEIT ? Math.round((((value - 32) * 5) / 9) * CELSIUS_SCALE) / CELSIUS_SCALE : value;
