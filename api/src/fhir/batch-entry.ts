import { createHash } from 'node:crypto';
import { FHIR_JSON } from '@careledger/service-kit';
import { isObject, without } from '../resources/json.js';
import { FHIR_BASE } from './table.js';

/** https://hl7.org/fhir/R4/valueset-http-verb.html */
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
type Method = (typeof METHODS)[number];
const WITH_BODY: readonly Method[] = ['POST', 'PUT', 'PATCH'];
/** Headers that a request of a Bundle has elements for. */
const HEADER_OF: Readonly<Record<string, string>> = {
  ifMatch: 'if-match',
  ifNoneMatch: 'if-none-match',
  ifModifiedSince: 'if-modified-since',
  ifNoneExist: 'if-none-exist',
};
/** Said once, of all that the batch holds: who asks, for whom, why, and how to answer. */
const INHERITED = [
  ...['authorization', 'prefer', 'traceparent', 'x-request-id'],
  ...['x-careledger-practitioner', 'x-careledger-purpose', 'x-careledger-source', 'x-careledger-unit'],
] as const;
const HEADER_VALUE = /^[\x20-\x7e]{1,1024}$/;
/** A type of resource, or `metadata`. */
const FIRST_SEGMENT = /^[A-Za-z]+(?:[/?]|$)/;
const LISTED_VERSIONS = /\/_history\/?(?:\?|$)/;

/** A request that an entry of a batch stands for. */
export interface EntryRequest {
  readonly method: Method;
  /** Path and query. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON to the letter. */
  readonly payload: string | undefined;
}

export type Headers = Readonly<Record<string, string | string[] | undefined>>;

/**
 * The request that an entry is, as its sender would have sent it by itself; a text says why it is none.
 * @param entry of `exactJson`
 * @param outer headers of the batch
 */
export function requestOf(entry: unknown, index: number, outer: Headers): EntryRequest | string {
  if (!isObject(entry)) return 'an entry is an object';
  const { request, resource } = entry;
  const [more] = Object.keys(without(entry, 'fullUrl', 'resource', 'request', 'id'));
  if (more !== undefined) return `${more} belongs to no request`;
  if (!isObject(request)) return 'an entry of a batch has a request';
  const { method: named, url: relative, ...conditions } = request;
  const method = METHODS.find((each) => each === named);
  if (method === undefined) return `request.method: one of ${METHODS.join(', ')}`;
  const url = placeOf(relative);
  if (url === undefined)
    return 'request.url: a path below this server’s address, as it is read there, e.g. Observation/ID';
  if (LISTED_VERSIONS.test(url)) return 'request.url: a history is asked for by itself';
  if ((resource !== undefined) !== WITH_BODY.includes(method))
    return `resource: ${method} ${resource === undefined ? 'has one' : 'has none'}`;
  const headers: Record<string, string> = { accept: FHIR_JSON };
  for (const name of INHERITED) {
    const value = outer[name];
    if (typeof value === 'string') headers[name] = value;
  }
  for (const [name, value] of Object.entries(conditions)) {
    const header = Object.hasOwn(HEADER_OF, name) ? HEADER_OF[name] : undefined;
    if (header === undefined || typeof value !== 'string' || !HEADER_VALUE.test(value))
      return `request.${name}: no condition that a header can say`;
    headers[header] = value;
  }
  const key = outer['idempotency-key'];
  if (typeof key === 'string') headers['idempotency-key'] = keyOf(key, index);
  if (resource === undefined) return { method, url, headers, payload: undefined };
  headers['content-type'] = FHIR_JSON;
  return { method, url, headers, payload: JSON.stringify(resource) };
}

/** Path and query on this server; undefined for what leads elsewhere, to a Bundle of requests, or is not spelled as it is read. */
function placeOf(relative: unknown): string | undefined {
  if (typeof relative !== 'string' || !FIRST_SEGMENT.test(relative)) return undefined;
  const path = `${FHIR_BASE}/${relative}`;
  if (!URL.canParse(path, 'http://localhost')) return undefined;
  const { pathname, search, hash } = new URL(path, 'http://localhost');
  // No path here needs an escape: the router would read `_%68istory` as the history that it is.
  return hash === '' && pathname + search === path && !pathname.includes('%') ? path : undefined;
}

/** Under one key a batch is sent again, and each of its requests under a key of its own. */
const keyOf = (key: string, index: number): string =>
  createHash('sha256')
    .update(JSON.stringify(['batch', key, index]))
    .digest('hex');
