import { FhirError } from '../errors.js';
import { isObject, type Json } from '../json.js';
import { SYSTEM } from '../systems.js';
import { at } from '../validate.js';
import type { Reference } from './reference.js';

const PATIENT_MEMBERS: ReadonlySet<string> = new Set(['resourceType', 'id', 'identifier']);
const REFERENCE_MEMBERS: ReadonlySet<string> = new Set(['reference', 'type', 'identifier']);
const IDENTIFIER_MEMBERS: ReadonlySet<string> = new Set(['system', 'value']);

/**
 * Refuses a Patient resource that is anything but the pseudonym: a name, a birth date or another identifier would say
 * whose pseudonym it is.
 * @throws FhirError PATIENT_IDENTIFIED, SUBJECT_MISMATCH
 */
export function checkPatient(patient: Json, path: string, patientId: string): void {
  checkMembers(patient, PATIENT_MEMBERS, path);
  const { identifier } = patient;
  const [first, more] = Array.isArray(identifier) ? (identifier as unknown[]) : [];
  checkPseudonym(first, `${path}.identifier[0]`, patientId);
  if (more !== undefined) {
    throw new FhirError('PATIENT_IDENTIFIED', `${path}.identifier[1]`, 'a second identifier of the patient');
  }
}

/**
 * Refuses a reference to a patient that is not the one of the record, or that says more than the pseudonym.
 * @throws FhirError PATIENT_IDENTIFIED, SUBJECT_MISMATCH
 */
export function checkPatientReference(reference: Reference, patientId: string): void {
  const { value, path, types, pseudonym, target, identifier } = reference;
  checkMembers(value, REFERENCE_MEMBERS, path);
  if (types.some((type) => type !== 'Patient')) {
    throw new FhirError('SUBJECT_MISMATCH', path, 'names a patient and something else');
  }
  if (pseudonym !== undefined && pseudonym !== patientId) {
    throw new FhirError('SUBJECT_MISMATCH', path, 'names another patient');
  }
  if (identifier !== undefined) checkPseudonym(identifier, at(path, 'identifier'), patientId);
  // A Patient of the record to which it leads is checked where it stands.
  if (pseudonym === undefined && target === undefined && identifier === undefined) {
    throw new FhirError('SUBJECT_MISMATCH', path, 'names a patient without saying which');
  }
}

function checkPseudonym(identifier: unknown, path: string, patientId: string): void {
  if (!isObject(identifier) || identifier['system'] !== SYSTEM.patient) {
    throw new FhirError('SUBJECT_MISMATCH', path, `a patient is named by the system ${SYSTEM.patient}`);
  }
  if (identifier['value'] !== patientId)
    throw new FhirError('SUBJECT_MISMATCH', path, 'names another patient');
  checkMembers(identifier, IDENTIFIER_MEMBERS, path);
}

function checkMembers(value: Json, allowed: ReadonlySet<string>, path: string): void {
  const more = Object.keys(value).find((name) => !allowed.has(name));
  if (more === undefined) return;
  throw new FhirError('PATIENT_IDENTIFIED', at(path, more), 'says more of the patient than the pseudonym');
}
