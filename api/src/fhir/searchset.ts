import { uuidOf } from '@careledger/fhir';
import type { Json } from '../resources/json.js';
import { sendResource, type Reply } from './answers.js';
import { subsetOf } from './subset.js';
import { FHIR_BASE } from './table.js';

/** A page of what a search found. */
export interface SearchPage {
  readonly resources: readonly Json[];
  /** What is shown beside them. */
  readonly included?: readonly Json[];
  /** Cursor of the page that follows; null on the last one. */
  readonly next: string | null;
  /** Of all that may be seen; nothing is said of it without. */
  readonly total?: number;
}

/** What was asked. */
export interface SearchAsked {
  /** Address of this server, with FHIR's path. */
  readonly base: string;
  /** Below the server's address, with FHIR's path. */
  readonly path: string;
  /** As it was understood. */
  readonly query: object;
  /** Parameters that were left out. */
  readonly ignored?: readonly string[] | undefined;
}

/** A search, as it arrived. */
interface SearchRequest {
  readonly answerType: string;
  readonly query: unknown;
  readonly ignoredParameters: readonly string[] | undefined;
}

const IGNORED_MAX = 20;
const NAME_MAX_CHARS = 64;

/**
 * A Bundle of type `searchset` (https://hl7.org/fhir/R4/bundle.html#searchset). The links have what was understood of the
 * query, and no more; what was left out of it, an OperationOutcome says.
 */
export function searchset(
  { resources, included = [], next, total }: SearchPage,
  { base, path, query, ignored = [] }: SearchAsked,
): object {
  const linkOf = (relation: string, more: Readonly<Record<string, string>> = {}) => {
    const understood = new URLSearchParams(
      Object.entries({ ...query, ...more }).flatMap(([name, values]) =>
        [values].flat().map((value): [string, string] => [name, String(value)]),
      ),
    );
    return { relation, url: `${base}${path.slice(FHIR_BASE.length)}?${understood.toString()}` };
  };
  const entryOf = (resource: Json, mode: 'match' | 'include') => ({
    fullUrl: `${base}/${String(resource['resourceType'])}/${String(resource['id'])}`,
    ...{ resource, search: { mode } },
  });
  const entry = [
    ...resources.map((resource) => entryOf(resource, 'match')),
    ...included.map((resource) => entryOf(resource, 'include')),
    ...(ignored.length === 0 ? [] : [outcomeEntry(ignored)]),
  ];
  return {
    resourceType: 'Bundle',
    type: 'searchset',
    ...(total !== undefined && { total }),
    link: [linkOf('self'), ...(next === null ? [] : [linkOf('next', { _cursor: next })])],
    ...(entry.length > 0 && { entry }),
  };
}

/** Answers a search with what it found, of each the elements that it asked for, in the words of what was asked. */
export function sendSearchset<R extends Reply>(
  reply: R,
  request: SearchRequest,
  page: SearchPage,
  place: Pick<SearchAsked, 'base' | 'path'>,
): R {
  const query = request.query as { readonly _elements?: string };
  const elements = query._elements?.split(',');
  const resources =
    elements === undefined ? page.resources : page.resources.map((each) => subsetOf(each, elements));
  const asked = { ...place, query, ignored: request.ignoredParameters };
  return sendResource(reply, request, JSON.stringify(searchset({ ...page, resources }, asked)));
}

/** That parameters were left out, as many as there is room for. It lies nowhere, so that its name is of what it says. */
function outcomeEntry(ignored: readonly string[]): object {
  const issue = ignored.slice(0, IGNORED_MAX).map((name) => ({
    ...{ severity: 'warning', code: 'not-supported' },
    diagnostics: `Left out: this search has no parameter ${JSON.stringify(name.slice(0, NAME_MAX_CHARS))}`,
  }));
  return {
    fullUrl: `urn:uuid:${uuidOf(['OperationOutcome', JSON.stringify(issue)].join('|'))}`,
    ...{ resource: { resourceType: 'OperationOutcome', issue }, search: { mode: 'outcome' } },
  };
}
