import { codeEntry } from './codes.js';
import { NO_GLUCOSE_ABOVE_MG_PER_DL, NO_GLUCOSE_UP_TO_MG_PER_DL } from './limits.js';
import type { Comparator } from './reading.js';
import { isGlucose, isInMass, mgPerDl } from './units.js';

/** What a stored reading is marked with. */
export type ReadingFlag =
  | 'SENSOR_OFF'
  | 'OUT_OF_RANGE'
  | 'FUTURE_READING'
  | 'DUPLICATE'
  | 'RATE_OF_CHANGE'
  | 'CONFLICTING'
  | 'BEYOND_INSTRUMENT'
  | 'UNIT_DOUBTFUL';

/** Flags of readings that windows and aggregates leave out. Readings with any other flag count. */
const EXCLUDING: ReadonlySet<string> = new Set<ReadingFlag>([
  'SENSOR_OFF',
  'OUT_OF_RANGE',
  'FUTURE_READING',
  'DUPLICATE',
  'UNIT_DOUBTFUL',
]);

/** Whether windows and aggregates leave out a reading with these flags. */
export const isExcluded = (flags: readonly string[]): boolean => flags.some((flag) => EXCLUDING.has(flag));

/** A fraction below this, mg/dL, may be mmol/L. */
const DOUBTFUL_FRACTION_BELOW = 40;

/** Whether a number can be a concentration of glucose at all, mg/dL. */
export const isPossibleGlucose = (mass: number): boolean =>
  mass > NO_GLUCOSE_UP_TO_MG_PER_DL && mass <= NO_GLUCOSE_ABOVE_MG_PER_DL;

/** A fraction sent as mg/dL that is LO or, more likely, mmol/L. */
export const isUnitDoubtful = ({ code, value, comparator }: ValueOfCode): boolean =>
  isInMass(code) &&
  comparator === undefined &&
  value > 0 &&
  value < DOUBTFUL_FRACTION_BELOW &&
  !Number.isInteger(value);

export interface ValueOfCode {
  readonly code: string;
  /** In the code table's unit. */
  readonly value: number;
  readonly comparator?: Comparator | undefined;
}

/** Flags that a reading has for its value alone: it is off, or nothing that its code can be. Throws RangeError for a code outside the table. */
export function flagsOfValue(reading: ValueOfCode): readonly ReadingFlag[] {
  const { code, value, comparator } = reading;
  const entry = codeEntry(code);
  if (entry === undefined) throw new RangeError(`no LOINC code ${code} in the code table`);
  if (value === 0 && entry.zeroMeansOff && comparator === undefined) return ['SENSOR_OFF'];
  if (isGlucose(code)) return flagsOfGlucose(reading);
  return value >= entry.plausible.low && value <= entry.plausible.high ? [] : ['OUT_OF_RANGE'];
}

function flagsOfGlucose(reading: ValueOfCode): readonly ReadingFlag[] {
  const { code, value, comparator } = reading;
  if (isUnitDoubtful(reading)) return ['UNIT_DOUBTFUL'];
  const mass = mgPerDl(code, value);
  // With a comparator the number is a bound, and what it says is its direction.
  const isNoValue = comparator === undefined ? !isPossibleGlucose(mass) : !(value > 0);
  return isNoValue ? ['OUT_OF_RANGE'] : [];
}
