import { closedObject } from '@careledger/domain';
import { ProblemError, isWithinScopes, toCursor, fromCursor, type ServiceApp } from '@careledger/service-kit';
import { Type } from 'typebox';
import type { Reader } from '../access/reader.js';
import { vouchingProblems } from '../http/route-problems.js';
import type { MirrorStore } from '../policy/mirror-store.js';
import type { Policy } from '../policy/policy.js';
import type { Vouching } from '../policy/vouching.js';
import type { Json } from '../resources/json.js';
import { resourceAnswer, sendResource } from './answers.js';
import { CallerHeaders, callerOf } from './caller.js';
import { grantedPatients, groupIdOf, groupResource, readGroupId } from './group-resource.js';
import { FORMAT, FhirId, PAGE } from './parameters.js';
import { ELEMENTS } from './result-parameters.js';
import { searchPlace } from './search-place.js';
import { sendSearchset } from './searchset.js';
import { ROUTE_OF, type Row } from './table.js';
import { kindsOf } from './type-scopes.js';

export interface GroupRouteOptions {
  readonly authorityId: string;
  readonly mirror: MirrorStore;
  readonly policy: Policy;
  readonly vouching: Vouching;
  /** Address of this server, with FHIR's path. */
  readonly base: string;
}

const KINDS = kindsOf('Group');
const After = Type.String({ minLength: 1 });

/** Who of the patients lets whoever asks do something. What, the ledger decides each time that it is done. */
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
        ...{ hide: true, problems: [...vouchingProblems, 'NOT_FOUND'] },
        headers: CallerHeaders,
        params: Type.Object({ id: FhirId }),
        querystring: closedObject(FORMAT),
        response: { 200: resourceAnswer('The Group') },
      },
    },
    async (request, reply) => {
      const after = readGroupId(request.params.id);
      if (after === undefined) throw new ProblemError('NOT_FOUND', 'No Group here has such an id');
      const { resource } = await groupAfter(after, { reader: callerOf(request), does: 'r' }, options);
      return sendResource(reply, request, JSON.stringify(resource));
    },
  );
}

/** One Group is a page: the next one begins where it ends. */
export function addGroupSearchRoute(app: ServiceApp, row: Row, options: GroupRouteOptions): void {
  const { base } = options;
  const { place, path } = searchPlace(row, { scopedByContent: true });
  app.route({
    ...place,
    schema: {
      ...{ hide: true, problems: [...vouchingProblems, 'CURSOR_INVALID'] },
      headers: CallerHeaders,
      querystring: closedObject({ ...FORMAT, ...PAGE, ...ELEMENTS }),
      response: { 200: resourceAnswer('A Bundle of type searchset, with one Group') },
    },
    handler: async (request, reply) => {
      const { _cursor: cursor } = request.query;
      const after = cursor === undefined ? '' : fromCursor(cursor, After);
      const { resource, last } = await groupAfter(after, { reader: callerOf(request), does: 's' }, options);
      const page = { resources: [resource], next: last === undefined ? null : toCursor(last) };
      return sendSearchset(reply, request, page, { base, path });
    },
  });
}

/**
 * Without those whose grants are for others of this authority, and those whom the caller's token is not for: one of an app that was
 * launched for a patient is for that one alone.
 * @throws ProblemError of `Vouching.personOf`
 */
async function groupAfter(
  after: string,
  { reader: { principal, claim }, does }: { readonly reader: Reader; readonly does: 'r' | 's' },
  { authorityId, mirror, policy, vouching }: GroupRouteOptions,
): Promise<{ readonly resource: Json; readonly last: string | undefined }> {
  const person = vouching.personOf(principal, claim);
  const { patientIds, last } = await grantedPatients(after, {
    ...{ mirror, policy },
    mayKnow: (patientId) => isWithinScopes(principal, { patientId, kinds: KINDS, does }),
    isFor: (grant) => vouching.isFor(grant, person),
  });
  // Whoever was withdrawn meanwhile is told nobody.
  vouching.personOf(principal, claim);
  const id = groupIdOf(after === '' ? undefined : after);
  return { resource: groupResource(id, patientIds, authorityId), last };
}
