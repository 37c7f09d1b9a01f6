import { FAHRENHEIT, LOINC, codeEntry } from './codes.js';

/** Milligrams per decilitre in one millimole of glucose per litre: a tenth of the molar mass, 180.182 g/mol. */
const MG_PER_DL_PER_MMOL_PER_L = 18.0182;

/** A number with its UCUM unit. */
interface Measure {
  readonly value: number;
  readonly unit: string;
}

/** Decimals up to here are converted without a rounding error; a thermometer has one or two. */
const EXACT_SCALE = 1_000_000;

/** From the unit that a device may send to the one in which the rules count. */
const CONVERSIONS = new Map<string, (value: number) => Measure>([
  ['mmol/L', (value) => ({ value: Math.round(value * MG_PER_DL_PER_MMOL_PER_L), unit: 'mg/dL' })],
  // One division of whole numbers: 100.4 °F is 38 °C, not 38.00000000000001.
  [
    FAHRENHEIT,
    (value) => ({
      value: ((Math.round(value * EXACT_SCALE) - 32 * EXACT_SCALE) * 5) / (9 * EXACT_SCALE),
      unit: 'Cel',
    }),
  ],
]);

/**
 * A measured value in the unit in which rules and aggregates count: glucose in mmol/L becomes whole mg/dL, `[degF]`
 * becomes `Cel`; whatever has any other unit is returned as it is. What was sent is kept beside it, never replaced.
 */
export const inRuleUnit = ({ value, unit }: Measure): Measure =>
  CONVERSIONS.get(unit)?.(value) ?? { value, unit };

const GLUCOSE_IN_MOLES: ReadonlySet<string> = new Set([LOINC.glucoseMolar, LOINC.interstitialGlucoseMolar]);
const INTERSTITIAL: ReadonlySet<string> = new Set([
  LOINC.interstitialGlucose,
  LOINC.interstitialGlucoseMolar,
]);
/** Every code of glucose, whatever it is measured in and in which unit. */
export const GLUCOSE_CODES: ReadonlySet<string> = new Set([
  LOINC.glucose,
  ...GLUCOSE_IN_MOLES,
  ...INTERSTITIAL,
]);

/** Whether a code is of glucose, whatever it is measured in and in which unit. */
export const isGlucose = (code: string): boolean => GLUCOSE_CODES.has(code);

/** Whether values of a glucose code are mg/dL, so that a fraction below 40 may be mmol/L that lost its unit. */
export const isInMass = (code: string): boolean => GLUCOSE_CODES.has(code) && !GLUCOSE_IN_MOLES.has(code);

/** Whether a code is of glucose as continuous monitors measure it, in interstitial fluid. */
export const isInterstitial = (code: string): boolean => INTERSTITIAL.has(code);

/** Whether devices may send `code` in `unit`. */
export function isUnitOf(code: string, unit: string): boolean {
  const entry = codeEntry(code);
  return entry !== undefined && (entry.unit === unit || entry.otherUnits?.includes(unit) === true);
}

/** A value as sent, in the unit of the code table, in which readings are flagged and aggregated. */
export const inTableUnit = (value: number, unit: string): number =>
  unit === FAHRENHEIT ? inRuleUnit({ value, unit }).value : value;

/** A glucose value of the code table's unit as the rules see it, mg/dL. */
export const mgPerDl = (code: string, value: number): number =>
  GLUCOSE_IN_MOLES.has(code) ? inRuleUnit({ value, unit: 'mmol/L' }).value : value;
