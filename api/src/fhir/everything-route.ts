import { RECORD_TYPES } from '@careledger/fhir';
import { closedObject } from '@careledger/domain';
import { ProblemError, assertPatientScopes, principalOf, type ServiceApp } from '@careledger/service-kit';
import { Type } from 'typebox';
import type { RecordsQuery } from '../copies/copy-search.js';
import { resourceAnswer } from './answers.js';
import { CallerHeaders, callerOf } from './caller.js';
import { copyProblems, type CopySearchRouteOptions } from './copy-search-routes.js';
import { isStoredIn, timeIn } from './date-parameter.js';
import { DATE_MAX_CHARS, FORMAT, PAGE, PatientResourceId, patientOfId } from './parameters.js';
import { patientResource } from './patient-resource.js';
import { sendSearchset } from './searchset.js';
import { servedCopy } from './served-copy.js';
import { ROUTE_OF, type Row } from './table.js';
import { maySearch } from './type-scopes.js';

const TYPES_MAX_CHARS = 2_048;
const Day = Type.Optional(Type.String({ pattern: '^[0-9]', maxLength: DATE_MAX_CHARS }));
const PARAMETERS = {
  ...FORMAT,
  ...PAGE,
  _type: Type.Optional(
    Type.String({ pattern: '^[A-Z][A-Za-z]*(,[A-Z][A-Za-z]*)*$', maxLength: TYPES_MAX_CHARS }),
  ),
  _since: Day,
  start: Day,
  end: Day,
};
const PATIENT = 'Patient';

/**
 * All that the patient lets this authority keep a copy of, record by record, after the Patient
 * (https://hl7.org/fhir/R4/operation-patient-everything.html).
 */
export function addEverythingRoute(app: ServiceApp, row: Row, options: CopySearchRouteOptions): void {
  const { base, numbers, search } = options;
  app.get(
    ROUTE_OF.everything(row.resourceType)[1],
    {
      config: { roles: row.roles, scopedByContent: true },
      schema: {
        hide: true,
        problems: [...copyProblems, 'NOT_FOUND'],
        headers: CallerHeaders,
        params: Type.Object({ id: PatientResourceId }),
        querystring: closedObject(PARAMETERS),
        response: { 200: resourceAnswer('A Bundle of type searchset, record by record') },
      },
    },
    async (request, reply) => {
      const { params, query } = request;
      const patientId = patientOfId(params.id);
      if (patientId === undefined) throw new ProblemError('NOT_FOUND', 'No patient here has such an id');
      const principal = principalOf(request);
      assertPatientScopes(principal, { patientId, does: 's' });
      const types = query._type === undefined ? undefined : typesIn(query._type);
      const wanted: RecordsQuery = {
        ...{ patientId, limit: query._count, isCounted: false, does: 's', ...cutOf(query) },
        ...(types && { resourceTypes: types }),
        ...(query._cursor !== undefined && { cursor: query._cursor }),
      };
      const { resources, next } = await search.findByRecord(callerOf(request), wanted);
      // Of which nobody says when it was changed.
      const hasPatient =
        query._cursor === undefined &&
        (types?.includes(PATIENT) ?? true) &&
        maySearch(principal, PATIENT, patientId);
      const page = {
        resources: [
          ...(hasPatient ? [patientResource(patientId, numbers)] : []),
          ...resources.map((each) => servedCopy(patientId, each)),
        ],
        next,
      };
      const path = ROUTE_OF.everything(row.resourceType)[1].replace(':id', params.id);
      return sendSearchset(reply, request, page, { base, path });
    },
  );
}

/** @throws ProblemError VALIDATION_FAILED for what no record holds */
function typesIn(parameter: string): string[] {
  const types = parameter.split(',');
  const unknown = types.find((type) => !RECORD_TYPES.has(type));
  if (unknown === undefined) return types;
  throw new ProblemError('VALIDATION_FAILED', `_type: no record holds a ${unknown}`);
}

/** The part of it that is asked for: when the ledger had it, and of which time it tells, as `date` of a search has it. */
function cutOf({
  _since,
  start,
  end,
}: {
  readonly _since?: string;
  readonly start?: string;
  readonly end?: string;
}): Pick<RecordsQuery, 'isMeant' | 'isOfTime' | 'span'> {
  const since = _since === undefined ? undefined : timeIn([`ge${_since}`], '_since');
  return {
    ...timeIn(
      [...(start === undefined ? [] : [`ge${start}`]), ...(end === undefined ? [] : [`le${end}`])],
      'start, end',
    ),
    ...(since && { isMeant: ({ storedAt }) => isStoredIn(since, storedAt) }),
  };
}
