import { LOINC, type CodeSummary, type TimeInRange } from '@careledger/clinical';
import { concept, quantity } from './elements.js';
import type { CodeableConcept, Observation, ObservationComponent, Quantity } from './schema.js';
import { SYSTEM } from './systems.js';

/** A concept of LOINC, with its long common name. */
export const loinc = (code: string, display: string): CodeableConcept => concept(SYSTEM.loinc, code, display);

const MEAN_OF_MASS = loinc(
  '97507-8',
  'Average glucose [Mass/volume] in Interstitial fluid during Reporting Period',
);
/** Glucose of interstitial fluid over a period, as HL7's guide for continuous glucose monitoring 1.0.0 names its mean. */
const MEANS = new Map<string, CodeableConcept>([
  [LOINC.interstitialGlucose, MEAN_OF_MASS],
  [
    LOINC.interstitialGlucoseMolar,
    loinc('105273-7', 'Glucose [Moles/volume] in Reporting Period mean Interstitial fluid by calculation'),
  ],
]);

/** The mean's code and value for a code of interstitial glucose; undefined for any other. */
export function meanGlucose({
  code,
  mean,
  unit,
  comparators,
}: Pick<CodeSummary, 'code' | 'comparators' | 'mean' | 'unit'>):
  Pick<Observation, 'code' | 'valueQuantity'> | undefined {
  const concepts = MEANS.get(code);
  return concepts && { code: concepts, valueQuantity: quantity(mean, unit, comparators?.mean) };
}

/** A mean of mg/dL, with its code. */
export const massMean = (
  mean: number,
  comparator?: Quantity['comparator'],
): Pick<Observation, 'code' | 'valueQuantity'> => ({
  code: MEAN_OF_MASS,
  valueQuantity: quantity(mean, 'mg/dL', comparator),
});

export const TIMES_IN_RANGES = loinc('106793-3', 'Continuous glucose monitoring time in ranges panel');

const SHARE_TO_PERCENT = 100;
/** Shares have four decimals, per cents two: as many as the guide wants at least. */
const PERCENT_SCALE = 100;
export const percent = (share: number) =>
  quantity(Math.round(share * SHARE_TO_PERCENT * PERCENT_SCALE) / PERCENT_SCALE, '%');

/** The guide's five disjoint ranges: below 54, 54 to 69, 70 to 180, 181 to 250, above 250 mg/dL. */
export function timesInRanges(time: TimeInRange): ObservationComponent[] {
  const how = 'in Reporting Period Interstitial fluid by calculation';
  const range = (code: string, display: string, share: number): ObservationComponent => ({
    code: loinc(code, display),
    valueQuantity: percent(share),
  });
  return [
    range('104642-4', `Time below range, very low ${how}`, time.below54),
    range('104641-6', `Time below range, low ${how}`, time.below70 - time.below54),
    range(
      '97510-2',
      'Glucose measurements in range out of Total glucose measurements during reporting period',
      time.from70to180,
    ),
    range('104640-8', `Time above range, high ${how}`, time.above180 - time.above250),
    range('104639-0', `Time above range, very high ${how}`, time.above250),
  ];
}
