import { ROUTE_OF, type Row } from './table.js';

/**
 * Where a type is searched: by GET, and by POST (`_search`) for what shall stand in no log
 * (https://hl7.org/fhir/R4/http.html#search).
 * @param more whether the route itself holds what it shows to the scopes of a token
 */
export function searchPlace(
  { interaction, resourceType, roles }: Row,
  more: { readonly scopedByContent?: true } = {},
) {
  const [method, url] = ROUTE_OF[interaction](resourceType);
  return {
    /** Of the route. */
    place: {
      ...{ method, url },
      config: {
        ...{ roles, isSearch: true as const },
        ...(method === 'POST' && { idempotencyKey: false as const, formIsQuery: true as const }),
        ...more,
      },
    },
    /** Of the links, which are followed by GET. */
    path: ROUTE_OF['search-type'](resourceType)[1],
  };
}
