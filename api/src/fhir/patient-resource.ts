import { SYSTEM, patientResourceIdOf } from '@careledger/fhir';
import type { PatientNumber, PatientNumberStore } from '../patient-numbers/number-store.js';
import type { Json } from '../resources/json.js';

/** A patient as this authority knows one: the pseudonym, then the authority's own numbers. */
export const patientResource = (patientId: string, numbers: Pick<PatientNumberStore, 'of'>): Json => ({
  resourceType: 'Patient',
  id: patientResourceIdOf(patientId),
  identifier: [{ system: SYSTEM.patient, value: patientId }, ...numbers.of(patientId).map(identifierOf)],
});

const identifierOf = ({ type, system, value }: PatientNumber): Json => ({
  ...(type !== undefined && { type: { coding: [{ system: SYSTEM.identifierType, code: type }] } }),
  ...{ system, value },
});
