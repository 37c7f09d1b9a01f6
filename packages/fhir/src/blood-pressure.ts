import { LOINC } from '@careledger/clinical';
import { concept } from './elements.js';
import type { CodeableConcept, ObservationComponent, Quantity } from './schema.js';
import { SYSTEM } from './systems.js';
import { tableCode } from './table-code.js';

/** Where a pressure is measured, with its codes of the code table in the order of the panel. */
export interface PressureSite {
  readonly name: 'arterial' | 'cuff';
  readonly codes: readonly string[];
  /** What the profile has a component for, measured or not. */
  readonly required: readonly string[];
}

const SITES: readonly PressureSite[] = [
  {
    name: 'arterial',
    codes: [LOINC.arterialSystolic, LOINC.arterialDiastolic, LOINC.arterialMean],
    required: [LOINC.arterialSystolic, LOINC.arterialDiastolic],
  },
  {
    name: 'cuff',
    codes: [LOINC.cuffSystolic, LOINC.cuffDiastolic, LOINC.cuffMean],
    required: [LOINC.cuffSystolic, LOINC.cuffDiastolic],
  },
];

/** The site of a pressure's code; undefined for any other code. */
export const pressureSite = (code: string): PressureSite | undefined =>
  SITES.find(({ codes }) => codes.includes(code));

/** R4's profile `bp` knows pressures by this code alone; what was measured is in its components. */
export const BLOOD_PRESSURE_PANEL: CodeableConcept = concept(
  SYSTEM.loinc,
  '85354-9',
  'Blood pressure panel with all children optional',
);

const UNKNOWN = concept(SYSTEM.dataAbsentReason, 'unknown', 'Unknown');
/** Of a component that could hold one value alone, where there are many. */
export const NOT_ONE_VALUE = concept(SYSTEM.dataAbsentReason, 'not-applicable', 'Not Applicable');

/**
 * The panel's components: systolic and diastolic, which the profile requires, and the mean where there is one.
 * @param absent why what is not among `values` has none
 */
export function pressureComponents(
  site: PressureSite,
  values: ReadonlyMap<string, Quantity>,
  absent = UNKNOWN,
): ObservationComponent[] {
  return site.codes.flatMap((code): ObservationComponent[] => {
    const valueQuantity = values.get(code);
    const { code: concepts } = tableCode(code);
    if (valueQuantity !== undefined) return [{ code: concepts, valueQuantity }];
    if (!site.required.includes(code)) return [];
    return [{ code: concepts, dataAbsentReason: absent }];
  });
}
