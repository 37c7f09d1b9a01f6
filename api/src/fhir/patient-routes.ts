import { SYSTEM, patientResourceIdOf, readPatientResourceId } from '@careledger/fhir';
import { closedObject } from '@careledger/domain';
import { ledgerAnswers, onLedger } from '@careledger/ledger/service';
import { ProblemError, assertScopes, principalOf, type ServiceApp } from '@careledger/service-kit';
import { Type } from 'typebox';
import type { Registrations } from '../policy/registrations.js';
import { resourceAnswer, sendResource } from './answers.js';
import { FORMAT, FhirId } from './parameters.js';
import { ROUTE_OF, type Row } from './table.js';

export interface PatientRouteOptions {
  readonly registrations: Registrations;
}

/** A patient as everybody knows one here: by pseudonym, and nothing more. */
export function addPatientReadRoute(
  app: ServiceApp,
  { resourceType, roles }: Row,
  { registrations }: PatientRouteOptions,
): void {
  app.get(
    ROUTE_OF.read(resourceType)[1],
    {
      config: { roles, scopedByContent: true },
      schema: {
        hide: true,
        problems: [...ledgerAnswers, 'NOT_FOUND', 'PATIENT_UNKNOWN'],
        params: Type.Object({ id: FhirId }),
        querystring: closedObject(FORMAT),
        response: { 200: resourceAnswer('The patient') },
      },
    },
    async (request, reply) => {
      const patientId = readPatientResourceId(request.params.id);
      if (patientId === undefined) throw new ProblemError('NOT_FOUND', 'No patient here has such an id');
      const kinds = [{ resourceType, categories: [] }];
      assertScopes(principalOf(request), { patientId, kinds, does: 'r' });
      await onLedger(() => registrations.patient(patientId));
      return sendResource(reply, request, JSON.stringify(patientResource(patientId)));
    },
  );
}

const patientResource = (patientId: string): object => ({
  resourceType: 'Patient',
  id: patientResourceIdOf(patientId),
  identifier: [{ system: SYSTEM.patient, value: patientId }],
});
