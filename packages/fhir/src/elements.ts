import type { Bundle, CodeableConcept, Identifier, Quantity, Reference, Resource } from './schema.js';
import { SYSTEM } from './systems.js';
import { uuidOf } from './uuid.js';

export const instantOf = (timeMs: number): string => new Date(timeMs).toISOString();

export const concept = (system: string, code: string, display?: string): CodeableConcept => ({
  coding: [display === undefined ? { system, code } : { system, code, display }],
});

/** What people read for a UCUM code, where it is not the code itself: as HL7's guide for CGM 1.0.0 has it. */
const UNIT_TEXT = new Map([
  ['mg/dL', 'mg/dl'],
  ['mmol/L', 'mmol/l'],
  ['d', 'days'],
]);

export const quantity = (value: number, unit: string, comparator?: Quantity['comparator']): Quantity => ({
  value,
  ...(comparator === undefined ? {} : { comparator }),
  unit: UNIT_TEXT.get(unit) ?? unit,
  system: SYSTEM.ucum,
  code: unit,
});

/** Something outside the bundle, by its pseudonym: no name, no address, no birth date. */
export const outside = (type: string, system: string, value: string): Reference => ({
  type,
  identifier: { system, value },
});

export const subjectOf = (patientId: string): Reference => outside('Patient', SYSTEM.patient, patientId);

export const within = (id: string): Reference => ({ reference: `urn:uuid:${id}` });

/** A collection of resources under an identifier of its own; the bundle's id follows from that identifier. */
export function collection(
  identifier: Identifier,
  timestampMs: number,
  resources: readonly Resource[],
): Bundle {
  return {
    resourceType: 'Bundle',
    id: uuidOf(`Bundle|${identifier.system}|${identifier.value}`),
    identifier,
    type: 'collection',
    timestamp: instantOf(timestampMs),
    entry: resources.map((resource) => ({ fullUrl: `urn:uuid:${resource.id}`, resource })),
  };
}
