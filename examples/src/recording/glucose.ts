import { LOINC, inRuleUnit, isGlucose, isInterstitial } from '@careledger/clinical';
import type { Comparator, GlucoseUnit, Instrument } from './recording.js';

interface Range {
  readonly low: number;
  readonly high: number;
}

/**
 * What instruments measure, in mg/dL: continuous monitors 40 to 400 (Dexcom G6 and FreeStyle Libre user guides), meters
 * 20 to 600 (Contour Next user guide).
 */
const MEASURES_MG_DL: Readonly<Record<Instrument, Range>> = {
  cgm: { low: 40, high: 400 },
  meter: { low: 20, high: 600 },
};

/** No glucose, but something else: nothing, or a fault of the sensor (IEEE 11073-10425). */
const NO_GLUCOSE_MG_DL: Range = { low: 12, high: 1_500 };

export interface GlucoseValue {
  readonly value: number;
  readonly comparator?: Comparator;
}

/** A value as whole mg/dL, as instruments that show mg/dL do. */
export const mgDlOf = (mmolL: number): number => inRuleUnit({ value: mmolL, unit: 'mmol/L' }).value;

/** The code under which a column's values are sent. Glucose is sent in mg/dL: of interstitial fluid, or of blood by a meter. */
export function sentCode(columnCode: string, instrument?: Instrument): string {
  if (!isGlucose(columnCode)) return columnCode;
  const isMonitor = instrument === undefined ? isInterstitial(columnCode) : instrument === 'cgm';
  return isMonitor ? LOINC.interstitialGlucose : LOINC.glucose;
}

/** The bound that a word such as `Low` stands for; of a continuous monitor, unless said. */
export function beyondRange(comparator: Comparator, instrument: Instrument = 'cgm'): GlucoseValue {
  const { low, high } = MEASURES_MG_DL[instrument];
  return { value: comparator === '<' ? low : high, comparator };
}

/**
 * A number that the instrument cannot have measured stands for its end of the range: meters hand out 601 for HI, 19 for
 * LO. Unless said, the instrument is one of the widest range. What is no glucose at all stays as it is.
 */
export function withinRange(value: number, instrument: Instrument = 'meter'): GlucoseValue {
  if (value <= NO_GLUCOSE_MG_DL.low || value > NO_GLUCOSE_MG_DL.high) return { value };
  const { low, high } = MEASURES_MG_DL[instrument];
  if (value < low) return { value: low, comparator: '<' };
  return value > high ? { value: high, comparator: '>' } : { value };
}

/** End of the widest range, 600 mg/dL. */
const HIGHEST_MMOL_L = 33.3;
/** A fraction below this is shown by no instrument that measures mg/dL. */
const LOWEST_MG_DL = 20;

/** Whether one person's values can only be of the other unit. */
export function isOtherUnit(values: readonly number[], unit: GlucoseUnit): boolean {
  const measured = values.filter((value) => value > 0);
  if (measured.length === 0) return false;
  if (unit === 'mmol/L') return measured.some((value) => mgDlOf(value) > NO_GLUCOSE_MG_DL.high);
  return (
    measured.every((value) => value <= HIGHEST_MMOL_L) ||
    measured.some((value) => value < LOWEST_MG_DL && !Number.isInteger(value))
  );
}
