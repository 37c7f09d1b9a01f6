import { SYSTEM } from '@careledger/fhir';
import { concept, observation } from '@careledger/fhir/testing';
import type { Part } from '@careledger/fhir/testing';

/** 6.1 of a unit that is said to be UCUM's. */
export const quantityOf = (code: string): Part => ({ value: 6.1, unit: code, system: SYSTEM.ucum, code });

export const narrative = (html: string): Part => ({
  status: 'generated',
  div: `<div xmlns="http://www.w3.org/1999/xhtml">${html}</div>`,
});

const VITAL_SIGNS = [concept(SYSTEM.observationCategory, 'vital-signs')];

/** A heart rate, as R4’s profile of it has it. */
export const vitalSign = (more: Part = {}): Part =>
  observation({
    category: VITAL_SIGNS,
    code: concept(SYSTEM.loinc, '8867-4', 'Heart rate'),
    valueQuantity: { value: 72, unit: '/min', system: SYSTEM.ucum, code: '/min' },
    ...more,
  });

/** One pressure of a panel. */
export const pressure = (code: string, value: number): Part => ({
  code: concept(SYSTEM.loinc, code),
  valueQuantity: { value, unit: 'mmHg', system: SYSTEM.ucum, code: 'mm[Hg]' },
});

/** A blood pressure panel, 85354-9, as R4’s profile of it has it. */
export const bloodPressure = (more: Part = {}): Part =>
  observation({
    category: VITAL_SIGNS,
    code: concept(SYSTEM.loinc, '85354-9', 'Blood pressure panel with all children optional'),
    valueQuantity: undefined,
    component: [pressure('8480-6', 120), pressure('8462-4', 80)],
    ...more,
  });
