import {
  LOINC,
  METER_RANGE,
  METER_RANGE_MOLAR,
  NO_GLUCOSE_ABOVE_MG_PER_DL,
  inRuleUnit,
  isGlucose,
  isInterstitial,
  isPossibleGlucose,
  rangeOf,
  type Comparator,
} from '@careledger/clinical';
import type { GlucoseUnit, Instrument } from './recording.js';

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

/** The bound that a word such as `Low` stands for: of what measures in the column's fluid, unless said. */
export function beyondRange(
  comparator: Comparator,
  columnCode: string,
  instrument: Instrument = isInterstitial(columnCode) ? 'cgm' : 'meter',
): GlucoseValue {
  const { low, high } = rangeOf({ kind: instrument });
  return { value: comparator === '<' ? low : high, comparator };
}

/**
 * A number that the instrument cannot have measured stands for its end of the range: meters hand out 601 for HI, 19 for
 * LO. Unless said, the instrument is one of the widest range. What is no glucose at all stays as it is.
 */
export function withinRange(value: number, instrument: Instrument = 'meter'): GlucoseValue {
  if (!isPossibleGlucose(value)) return { value };
  const { low, high } = rangeOf({ kind: instrument });
  if (value < low) return { value: low, comparator: '<' };
  return value > high ? { value: high, comparator: '>' } : { value };
}

/** Meters that hand out a number for HI take the next one above their range: 33.4 mmol/L, which is 601 mg/dL. */
const HI_ABOVE_RANGE = 1;

/** Whether one person's values can only be of the other unit: beyond what the widest instrument shows in this one. */
export function isOtherUnit(values: readonly number[], unit: GlucoseUnit): boolean {
  const measured = values.filter((value) => value > 0);
  if (measured.length === 0) return false;
  if (unit === 'mmol/L')
    return (
      measured.every((value) => value > METER_RANGE_MOLAR.high + HI_ABOVE_RANGE) ||
      measured.some((value) => mgDlOf(value) > NO_GLUCOSE_ABOVE_MG_PER_DL)
    );
  return (
    measured.every((value) => value <= METER_RANGE_MOLAR.high) ||
    measured.some((value) => value < METER_RANGE.low && !Number.isInteger(value))
  );
}
