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

/**
 * The panel's components: systolic and diastolic, which the profile requires, and the mean where there is one. What is
 * not among `values` is said to be unknown.
 */
export function pressureComponents(
  site: PressureSite,
  values: ReadonlyMap<string, Quantity>,
): ObservationComponent[] {
  return site.codes.flatMap((code): ObservationComponent[] => {
    const valueQuantity = values.get(code);
    const { code: concepts } = tableCode(code);
    if (valueQuantity !== undefined) return [{ code: concepts, valueQuantity }];
    if (!site.required.includes(code)) return [];
    return [{ code: concepts, dataAbsentReason: concept(SYSTEM.dataAbsentReason, 'unknown', 'Unknown') }];
  });
}
