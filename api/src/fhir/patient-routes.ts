import { SYSTEM, patientResourceIdOf } from '@careledger/fhir';
import { closedObject } from '@careledger/domain';
import { orUndefined } from '@careledger/ledger';
import { ledgerAnswers, onLedger } from '@careledger/ledger/service';
import {
  ProblemError,
  assertScopes,
  principalOf,
  type Principal,
  type ServiceApp,
} from '@careledger/service-kit';
import { Type } from 'typebox';
import type { Registrations } from '../policy/registrations.js';
import { resourceAnswer, sendResource } from './answers.js';
import type { Json } from '../resources/json.js';
import { FORMAT, PAGE, PatientResourceId, patientOfId, pseudonymOf } from './parameters.js';
import { COUNTING, ELEMENTS } from './result-parameters.js';
import { searchPlace } from './search-place.js';
import { sendSearchset } from './searchset.js';
import { ROUTE_OF, type Row } from './table.js';
import { kindsOf } from './type-scopes.js';

export interface PatientRouteOptions {
  readonly registrations: Registrations;
  /** Address of this server, with FHIR's path. */
  readonly base: string;
}

const KINDS = kindsOf('Patient');

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
        params: Type.Object({ id: PatientResourceId }),
        querystring: closedObject(FORMAT),
        response: { 200: resourceAnswer('The patient') },
      },
    },
    async (request, reply) => {
      const patientId = patientOfId(request.params.id);
      if (patientId === undefined) throw new ProblemError('NOT_FOUND', 'No patient here has such an id');
      assertScopes(principalOf(request), { patientId, kinds: KINDS, does: 'r' });
      await onLedger(() => registrations.patient(patientId));
      return sendResource(reply, request, JSON.stringify(patientResource(patientId)));
    },
  );
}

/** By the pseudonym: whoever has it from elsewhere finds whether there is such a patient, and under which id. */
export function addPatientSearchRoute(
  app: ServiceApp,
  row: Row,
  { base, registrations }: PatientRouteOptions,
): void {
  const { place, path } = searchPlace(row, { scopedByContent: true });
  app.route({
    ...place,
    schema: {
      hide: true,
      problems: ledgerAnswers,
      querystring: closedObject({
        ...{ ...FORMAT, ...ELEMENTS, ...COUNTING },
        ...{ _count: PAGE._count, identifier: Type.String() },
      }),
      response: { 200: resourceAnswer('A Bundle of type searchset') },
    },
    handler: async (request, reply) => {
      const { identifier, _summary, _total } = request.query;
      const patientId = pseudonymOf(identifier);
      const isNobody =
        patientId === undefined || !(await isKnown(registrations, patientId, principalOf(request)));
      const found = isNobody ? [] : [patientResource(patientId)];
      const isOnlyCounted = _summary === 'count';
      const page = {
        ...{ resources: isOnlyCounted ? [] : found, next: null },
        ...((isOnlyCounted || _total === 'accurate') && { total: found.length }),
      };
      return sendSearchset(reply, request, page, { base, path });
    },
  });
}

async function isKnown(
  registrations: Registrations,
  patientId: string,
  principal: Principal,
): Promise<boolean> {
  assertScopes(principal, { patientId, kinds: KINDS, does: 's' });
  const patient = await onLedger(() => orUndefined(registrations.patient(patientId), 'PATIENT_UNKNOWN'));
  return patient !== undefined;
}

/** What everybody may know of a patient who has the pseudonym: that, and no more. */
export const patientResource = (patientId: string): Json => ({
  resourceType: 'Patient',
  id: patientResourceIdOf(patientId),
  identifier: [{ system: SYSTEM.patient, value: patientId }],
});
