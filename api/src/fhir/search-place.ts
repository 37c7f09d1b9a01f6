import { ROUTE_OF, type Row } from './table.js';

/**
 * Where a type is searched: by GET, and by POST (`_search`) for what shall stand in no log
 * (https://hl7.org/fhir/R4/http.html#search).
 */
export function searchPlace({ interaction, resourceType, roles }: Row) {
  const [method, url] = ROUTE_OF[interaction](resourceType);
  return {
    ...{ method, url },
    config: {
      ...{ roles, isSearch: true as const },
      ...(method === 'POST' && { idempotencyKey: false as const, formIsQuery: true as const }),
    },
    /** Of the links, which are followed by GET. */
    path: ROUTE_OF['search-type'](resourceType)[1],
  };
}
