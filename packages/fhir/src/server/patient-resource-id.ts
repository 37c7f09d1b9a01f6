import type { PatientId } from '@careledger/domain';

const OF_A_PATIENT = /^pat-([a-z2-7]{32})$/;

/** The id of a Patient on a FHIR server: the pseudonym, with `-` for the `_` that R4 does not allow in an id. */
export const patientResourceIdOf = (patientId: PatientId): string => patientId.replace('_', '-');

/** The pseudonym that such an id is; undefined for an id that is none. */
export function readPatientResourceId(id: string): PatientId | undefined {
  const [, body] = OF_A_PATIENT.exec(id) ?? [];
  return body && `pat_${body}`;
}
