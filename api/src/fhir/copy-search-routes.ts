import { ledgerAnswers } from '@careledger/ledger/service';
import { assertSearchScope, principalOf, type ServiceApp } from '@careledger/service-kit';
import type { CopySearch } from '../copies/copy-search.js';
import type { PatientNumberStore } from '../patient-numbers/number-store.js';
import { vouchingProblems } from '../http/route-problems.js';
import { resourceAnswer } from './answers.js';
import { CallerHeaders, callerOf } from './caller.js';
import { askedOfCopy, copyParameters, type CopyParameters } from './copy-parameters.js';
import { isSubject } from './includes.js';
import { holdersFor } from './number-holders.js';
import { patientResource } from './patient-resource.js';
import { servedCopy } from './served-copy.js';
import { searchPlace } from './search-place.js';
import { sendSearchset, type SearchPage } from './searchset.js';
import type { Row } from './table.js';
import { maySearch } from './type-scopes.js';
import { patientOf, type FindHolder } from './whose.js';

export interface CopySearchRouteOptions {
  readonly numbers: PatientNumberStore;
  readonly search: CopySearch;
  /** Address of this server, with FHIR's path. */
  readonly base: string;
}

/** Of every route that shows something of copies. */
export const copyProblems = [
  ...[...vouchingProblems, ...ledgerAnswers],
  ...(['COPY_STALE', 'TOO_MANY_TAGS', 'CURSOR_INVALID'] as const),
];

/** Finds in the copy that the patient lets this authority keep. */
export function addCopySearchRoute(app: ServiceApp, row: Row, options: CopySearchRouteOptions): void {
  const { resourceType } = row;
  const { base, numbers, search } = options;
  const { place, path } = searchPlace(row, { scopedByContent: true });
  app.route({
    ...place,
    schema: {
      hide: true,
      problems: copyProblems,
      headers: CallerHeaders,
      querystring: copyParameters(resourceType),
      response: { 200: resourceAnswer('A Bundle of type searchset, sorted by time') },
    },
    handler: async (request, reply) => {
      const query = request.query as CopyParameters;
      const principal = principalOf(request);
      const holderOf: FindHolder = (identifier) => holdersFor(principal, identifier, numbers)[0];
      const patientId = patientOf(resourceType, query, { base, holderOf });
      if (patientId === undefined) return sendSearchset(reply, request, nothingOf(query), { base, path });
      const { wanted, included } = askedOfCopy(resourceType, query, { patientId, base });
      assertSearchScope(principal, { patientId, resourceType });
      const { resources, linked, total, next } = await search.find(callerOf(request), wanted);
      const found = resources.map((each) => servedCopy(patientId, each));
      const hasPatient =
        included.hasPatient &&
        found.some((each) => isSubject(each, patientId)) &&
        maySearch(principal, 'Patient', patientId);
      const page = {
        resources: found,
        included: [
          ...linked.map((each) => servedCopy(patientId, each)),
          ...(hasPatient ? [patientResource(patientId, numbers)] : []),
        ],
        ...{ next, ...(total !== undefined && { total }) },
      };
      return sendSearchset(reply, request, page, { base, path });
    },
  });
}

/** Of a patient whom nobody here knows by the number that is named. */
const nothingOf = ({ _summary, _total }: CopyParameters): SearchPage => ({
  ...{ resources: [], next: null },
  ...((_summary === 'count' || _total === 'accurate') && { total: 0 }),
});
