import { LOINC, codeEntry } from '@careledger/clinical';
import { concept } from './elements.js';
import type { CodeableConcept } from './schema.js';
import { SYSTEM } from './systems.js';

/**
 * The code by which R4's vital-signs profiles (https://hl7.org/fhir/R4/observation-vitalsigns.html) know what a device
 * measures in a particular way: the general one beside the specific one.
 */
const PROFILE_CODE = new Map<string, { readonly code: string; readonly display: string }>([
  [LOINC.spo2, { code: '2708-6', display: 'Oxygen saturation in Arterial blood' }],
  [LOINC.pulseOximeterRate, named(LOINC.heartRate)],
  [LOINC.arterialSystolic, named(LOINC.cuffSystolic)],
  [LOINC.arterialDiastolic, named(LOINC.cuffDiastolic)],
  [LOINC.arterialMean, named(LOINC.cuffMean)],
]);

/** A code of the clinical code table with its unit and category, and the profile's code beside it. */
export interface TableCode {
  readonly code: CodeableConcept;
  readonly category: CodeableConcept[];
  /** UCUM. */
  readonly unit: string;
  readonly isVitalSign: boolean;
}

/** @throws RangeError for a code that devices may not send */
export function tableCode(code: string): TableCode {
  const { display, category, unit } = named(code);
  const general = PROFILE_CODE.get(code);
  const { coding } = concept(SYSTEM.loinc, code, display);
  if (general !== undefined) coding.push({ system: SYSTEM.loinc, ...general });
  return {
    code: { coding },
    category: [concept(SYSTEM.observationCategory, category)],
    unit,
    isVitalSign: category === 'vital-signs',
  };
}

function named(code: string) {
  const entry = codeEntry(code);
  if (entry === undefined) throw new RangeError(`no LOINC code ${code} in the code table`);
  return { code, display: entry.display, category: entry.category, unit: entry.unit };
}
