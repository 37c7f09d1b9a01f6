import { closedObject } from '@careledger/domain';
import {
  ProblemError,
  isWithinScopes,
  principalOf,
  toCursor,
  fromCursor,
  type Principal,
  type ServiceApp,
} from '@careledger/service-kit';
import { Type } from 'typebox';
import type { MirrorStore } from '../policy/mirror-store.js';
import type { Policy } from '../policy/policy.js';
import type { Json } from '../resources/json.js';
import { resourceAnswer, sendResource } from './answers.js';
import { grantedPatients, groupIdOf, groupResource, readGroupId } from './group-resource.js';
import { FORMAT, FhirId, PAGE } from './parameters.js';
import { searchset } from './searchset.js';
import { ROUTE_OF, type Row } from './table.js';

export interface GroupRouteOptions {
  readonly authorityId: string;
  readonly mirror: MirrorStore;
  readonly policy: Policy;
  /** Address of this server, with FHIR's path. */
  readonly base: string;
}

const KINDS = [{ resourceType: 'Group', categories: [] }];
const After = Type.String({ minLength: 1 });

/** Who of the patients lets this authority do something. What, the ledger decides each time that it is done. */
export function addGroupReadRoute(
  app: ServiceApp,
  { resourceType, roles }: Row,
  options: GroupRouteOptions,
): void {
  app.get(
    ROUTE_OF.read(resourceType)[1],
    {
      config: { roles, scopedByContent: true },
      schema: {
        ...{ hide: true, problems: ['NOT_FOUND'] },
        params: Type.Object({ id: FhirId }),
        querystring: closedObject(FORMAT),
        response: { 200: resourceAnswer('The Group') },
      },
    },
    async (request, reply) => {
      const after = readGroupId(request.params.id);
      if (after === undefined) throw new ProblemError('NOT_FOUND', 'No Group here has such an id');
      const { resource } = groupAfter(after, { principal: principalOf(request), does: 'r' }, options);
      return sendResource(reply, request, JSON.stringify(resource));
    },
  );
}

/** One Group is a page: the next one begins where it ends. */
export function addGroupSearchRoute(
  app: ServiceApp,
  { resourceType, roles }: Row,
  options: GroupRouteOptions,
): void {
  const { base } = options;
  const path = ROUTE_OF['search-type'](resourceType)[1];
  app.get(
    path,
    {
      config: { roles, scopedByContent: true },
      schema: {
        ...{ hide: true, problems: ['CURSOR_INVALID'] },
        querystring: closedObject({ ...FORMAT, ...PAGE }),
        response: { 200: resourceAnswer('A Bundle of type searchset, with one Group') },
      },
    },
    async (request, reply) => {
      const { _cursor: cursor } = request.query;
      const after = cursor === undefined ? '' : fromCursor(cursor, After);
      const { resource, last } = groupAfter(after, { principal: principalOf(request), does: 's' }, options);
      const page = { resources: [resource], next: last === undefined ? null : toCursor(last) };
      const answer = searchset(page, { base, path, query: request.query });
      return sendResource(reply, request, JSON.stringify(answer));
    },
  );
}

/** Without those whom the caller's token is not for: one of an app that was launched for a patient is for that one alone. */
function groupAfter(
  after: string,
  { principal, does }: { readonly principal: Principal; readonly does: 'r' | 's' },
  options: GroupRouteOptions,
): { readonly resource: Json; readonly last: string | undefined } {
  const { patientIds, last } = grantedPatients(after, options);
  const shown = patientIds.filter((patientId) =>
    isWithinScopes(principal, { patientId, kinds: KINDS, does }),
  );
  const id = groupIdOf(after === '' ? undefined : after);
  return { resource: groupResource(id, shown, options.authorityId), last };
}
