import { closedObject } from '@careledger/domain';
import { orUndefined } from '@careledger/ledger';
import { ledgerAnswers, onLedger } from '@careledger/ledger/service';
import {
  ProblemError,
  assertScopes,
  fromCursor,
  pageOfRows,
  principalOf,
  type Principal,
  type ServiceApp,
} from '@careledger/service-kit';
import { Type } from 'typebox';
import type { PatientNumberStore } from '../patient-numbers/number-store.js';
import type { Registrations } from '../policy/registrations.js';
import { resourceAnswer, sendResource } from './answers.js';
import { holdersFor } from './number-holders.js';
import {
  FORMAT,
  PAGE,
  PatientResourceId,
  identifierIn,
  patientOfId,
  pseudonymOf,
  type NamedIdentifier,
} from './parameters.js';
import { patientResource } from './patient-resource.js';
import { COUNTING, ELEMENTS } from './result-parameters.js';
import { searchPlace } from './search-place.js';
import { sendSearchset } from './searchset.js';
import { ROUTE_OF, type Row } from './table.js';
import { kindsOf } from './type-scopes.js';

export interface PatientRouteOptions {
  readonly numbers: PatientNumberStore;
  readonly registrations: Registrations;
  /** Address of this server, with FHIR's path. */
  readonly base: string;
}

const KINDS = kindsOf('Patient');
const After = Type.String();

/** A patient as this authority knows one: by pseudonym and by its own numbers, and nothing more. */
export function addPatientReadRoute(
  app: ServiceApp,
  { resourceType, roles }: Row,
  { numbers, registrations }: PatientRouteOptions,
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
      return sendResource(reply, request, JSON.stringify(patientResource(patientId, numbers)));
    },
  );
}

/**
 * By the pseudonym, for whoever has it from elsewhere, or by one of this authority's own numbers. A number of a patient whom the
 * token is not for is nobody's: nobody learns that there is such a patient.
 */
export function addPatientSearchRoute(app: ServiceApp, row: Row, options: PatientRouteOptions): void {
  const { base, numbers } = options;
  const { place, path } = searchPlace(row, { scopedByContent: true });
  app.route({
    ...place,
    schema: {
      hide: true,
      problems: [...ledgerAnswers, 'CURSOR_INVALID'],
      querystring: closedObject({
        ...{ ...FORMAT, ...PAGE, ...ELEMENTS, ...COUNTING },
        identifier: Type.String(),
      }),
      response: { 200: resourceAnswer('A Bundle of type searchset') },
    },
    handler: async (request, reply) => {
      const { identifier, _count, _cursor, _summary, _total } = request.query;
      const found = await patientsWith(identifierIn(identifier), principalOf(request), options);
      const after = _cursor === undefined ? '' : fromCursor(_cursor, After);
      const isOnlyCounted = _summary === 'count';
      const { rows, next } = pageOfRows(
        isOnlyCounted ? [] : found.filter((patientId) => patientId > after),
        _count,
        (patientId) => patientId,
      );
      const page = {
        ...{ resources: rows.map((patientId) => patientResource(patientId, numbers)), next },
        ...((isOnlyCounted || _total === 'accurate') && { total: found.length }),
      };
      return sendSearchset(reply, request, page, { base, path });
    },
  });
}

/**
 * Ids of those who have an identifier, sorted. Of whom a number is kept the ledger knows.
 * @throws ProblemError SCOPE_INSUFFICIENT for the pseudonym of a patient whom the token is not for, known or not
 */
async function patientsWith(
  identifier: NamedIdentifier,
  principal: Principal,
  { numbers, registrations }: PatientRouteOptions,
): Promise<string[]> {
  const pseudonym = pseudonymOf(identifier);
  if (pseudonym !== undefined) return (await isKnown(registrations, pseudonym, principal)) ? [pseudonym] : [];
  return holdersFor(principal, identifier, numbers);
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
