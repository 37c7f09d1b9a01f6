/** Version of the contract, first segment of a service's own paths. */
const VERSION_SEGMENT = /^v\d+$/;
/** A noun in the plural: `grants`, `accesses`; not `status`, `statistics` or `access`, nor what is one thing: `settings`. */
const PLURAL = /(?<!s|u|i|ic|setting)s$/;
/** What belongs to a patient is found under the noun of what it is. */
const OWNER = 'patients';
/** Routes that every service has, beside its own. */
export const SERVICE_NOUN = 'service';

/** Verbs of routes that name a collection, and of those that name one thing. */
const COLLECTION_VERBS: Readonly<Record<string, string>> = { GET: 'list', POST: 'create', PUT: 'replace' };
const ITEM_VERBS: Readonly<Record<string, string>> = { GET: 'get', PUT: 'replace', DELETE: 'delete' };

/**
 * The operation's name in clients that are generated: `listPatientGrants` of GET /v1/patients/:patientId/grants. A POST
 * to what is no plural is an action on what stands before it: `revokePatientGrant`.
 * @param url as the framework writes it, with `:parameters`
 */
export function operationIdOf(method: string, url: string): string {
  const segments = segmentsOf(url);
  const last = segments.at(-1) ?? '';
  if (method === 'POST' && !isParameter(last) && !PLURAL.test(last))
    return camel([last, nounsOf(segments.slice(0, -1))]);
  if (isParameter(last) || !PLURAL.test(last))
    return camel([ITEM_VERBS[method] ?? method.toLowerCase(), nounsOf(segments)]);
  const nouns = nounsOf(segments);
  return camel([
    COLLECTION_VERBS[method] ?? method.toLowerCase(),
    method === 'POST' ? singular(nouns) : nouns,
  ]);
}

/** The noun that a route is about; that of a patient's things is their own. */
export function nounOf(url: string): string {
  const [version = '', first = '', , second] = url.split('/').slice(1);
  if (!VERSION_SEGMENT.test(version)) return SERVICE_NOUN;
  return first === OWNER && second !== undefined ? second : first;
}

const segmentsOf = (url: string): string[] =>
  url
    .split('/')
    .filter((segment, index) => segment !== '' && !(index === 1 && VERSION_SEGMENT.test(segment)));

const isParameter = (segment: string): boolean => segment.startsWith(':');

/** The literal segments, one of each where a parameter picks one. */
function nounsOf(segments: readonly string[]): string {
  return segments
    .flatMap((segment, index) => {
      if (isParameter(segment)) return [];
      return [isParameter(segments[index + 1] ?? '') ? singular(segment) : segment];
    })
    .join('-');
}

function singular(noun: string): string {
  if (noun.endsWith('ies')) return `${noun.slice(0, -3)}y`;
  if (noun.endsWith('sses')) return noun.slice(0, -2);
  return PLURAL.test(noun) ? noun.slice(0, -1) : noun;
}

/** Words of path segments as one identifier. */
const camel = (parts: readonly string[]): string =>
  parts
    .join('-')
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== '')
    .map((word, index) => (index === 0 ? word : word.charAt(0).toUpperCase() + word.slice(1)))
    .join('');
