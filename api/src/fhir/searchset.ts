import type { Json } from '../resources/json.js';
import { FHIR_BASE } from './table.js';

/** A page of what a search found. */
export interface SearchPage {
  readonly resources: readonly Json[];
  /** Cursor of the page that follows; null on the last one. */
  readonly next: string | null;
  /** Of all that may be seen; nothing is said of it without. */
  readonly total?: number;
}

/**
 * A Bundle of type `searchset` (https://hl7.org/fhir/R4/bundle.html#searchset). The links have what was understood of the
 * query, and no more.
 * @param base address of this server, with FHIR's path
 */
export function searchset(
  { resources, next, total }: SearchPage,
  { base, path, query }: { readonly base: string; readonly path: string; readonly query: object },
): object {
  const linkOf = (relation: string, more: Readonly<Record<string, string>> = {}) => {
    const understood = new URLSearchParams(
      Object.entries({ ...query, ...more }).flatMap(([name, values]) =>
        [values].flat().map((value): [string, string] => [name, String(value)]),
      ),
    );
    return { relation, url: `${base}${path.slice(FHIR_BASE.length)}?${understood.toString()}` };
  };
  return {
    resourceType: 'Bundle',
    type: 'searchset',
    ...(total !== undefined && { total }),
    link: [linkOf('self'), ...(next === null ? [] : [linkOf('next', { _cursor: next })])],
    ...(resources.length > 0 && {
      entry: resources.map((resource) => ({
        fullUrl: `${base}/${String(resource['resourceType'])}/${String(resource['id'])}`,
        ...{ resource, search: { mode: 'match' } },
      })),
    }),
  };
}
