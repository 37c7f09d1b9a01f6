import { SYSTEM, patientResourceIdOf, readPatientResourceId } from '@careledger/fhir';
import { PatientId } from '@careledger/domain';
import { Value } from 'typebox/value';
import { isObject, without, type Json } from '../resources/json.js';
import { localReference } from './local-reference.js';

/** `Patient/` and an id, or a pseudonym as integrators write it. */
const PATIENT_REFERENCE = /^Patient\/(.+)$/;

/**
 * A reference to a patient of this server as records name patients: by pseudonym. Any other object as it is.
 * @param base address of this server, which clients may put before
 */
export function byPseudonym(value: Json, base: string): Json {
  const { reference } = value;
  if (typeof reference !== 'string') return value;
  const local = localReference(reference, base);
  const [, id = ''] = PATIENT_REFERENCE.exec(local) ?? [];
  const patientId = readPatientResourceId(id);
  if (patientId === undefined) return local === reference ? value : { ...value, reference: local };
  return {
    ...without(value, 'reference'),
    type: 'Patient',
    identifier: { system: SYSTEM.patient, value: patientId },
  };
}

/** A reference by pseudonym as clients follow it: `Patient/` and the id on this server. Any other object as it is. */
export function byResourceId(value: Json): Json {
  const patientId = pseudonymIn(value);
  if (patientId === undefined || value['resourceType'] !== undefined) return value;
  return { ...value, reference: `Patient/${patientResourceIdOf(patientId)}` };
}

/** Whom a reference names by pseudonym. */
export function pseudonymIn({ reference, identifier }: Json): string | undefined {
  const [, literal] = typeof reference === 'string' ? (PATIENT_REFERENCE.exec(reference) ?? []) : [];
  const logical =
    isObject(identifier) && identifier['system'] === SYSTEM.patient ? identifier['value'] : undefined;
  return [literal, logical].find((id): id is string => Value.Check(PatientId, id));
}
