import type { VisitState } from '@careledger/contracts';
import { SYSTEM, outside, patientResourceIdOf, statementIdOf } from '@careledger/fhir';
import type { Json } from '../resources/json.js';
import { CONSENT_EXTENSION } from './consent-codes.js';

/** Whether the patient's check-in code came with a visit, and in time. */
const CONFIRMED = 'urn:careledger:confirmed';

/**
 * A visit as the ledger has it: whose, when it was, and who has recorded it. Which class of encounter it was, how long it took and
 * what was done there are not on the ledger, and not in it. It is recorded once it has been.
 */
export const encounterResource = ({ authorityId, at, confirmed, patientId, visitId }: VisitState): Json => ({
  resourceType: 'Encounter',
  id: statementIdOf({ patientId, sid: visitId }),
  extension: [{ url: CONFIRMED, valueBoolean: confirmed }],
  identifier: [{ system: SYSTEM.visit, value: visitId }],
  status: 'finished',
  class: { extension: [{ url: CONSENT_EXTENSION.absent, valueCode: 'unknown' }] },
  subject: {
    reference: `Patient/${patientResourceIdOf(patientId)}`,
    ...outside('Patient', SYSTEM.patient, patientId),
  },
  period: { start: at },
  serviceProvider: outside('Organization', SYSTEM.authority, authorityId),
});
