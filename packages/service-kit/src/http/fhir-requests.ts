import type { FastifyInstance, FastifyRequest } from 'fastify';
import { assertReadable, installFormQueries } from './form-query.js';
import { FHIR_JSON, JSON_TYPE } from './media-types.js';
import { ProblemError } from './problems.js';

declare module 'fastify' {
  interface FastifyInstance {
    /** Path at and below which everything is FHIR: what is wrong is an OperationOutcome. Undefined: nothing is. */
    fhirBase: string | undefined;
  }
  interface FastifyRequest {
    /** Parameters that were left out because the route does not know them: of FHIR's requests with `handling=lenient`. */
    ignoredParameters: readonly string[] | undefined;
  }
}

/** Values of `_format` that are JSON (https://hl7.org/fhir/R4/http.html#parameters). A `+` of a query is a space. */
const JSON_FORMATS: ReadonlySet<string> = new Set([
  'json',
  JSON_TYPE,
  FHIR_JSON,
  FHIR_JSON.replace('+', ' '),
  'text/json',
]);
const LENIENT = /(?:^|[,;])\s*handling\s*=\s*"?lenient"?\s*(?:$|[,;])/i;

/** Whether a request is for a path of FHIR, whether or not there is a route. */
export function isFhirRequest({ server, url }: Pick<FastifyRequest, 'server' | 'url'>): boolean {
  const { fhirBase } = server;
  if (fhirBase === undefined || !url.startsWith(fhirBase)) return false;
  return ['', '/', '?'].includes(url.charAt(fhirBase.length));
}

/**
 * The address of a request as the router finds it. Clients may write the base with a slash at its end, to which they post
 * Bundles (Medplum's does): it is the same.
 */
export function routedUrl(url: string, base: string | undefined): string {
  const slashed = `${base}/`;
  if (base === undefined || !url.startsWith(slashed)) return url;
  const rest = url.slice(slashed.length);
  return rest === '' || rest.startsWith('?') ? `${base}${rest}` : url;
}

/**
 * Reads what FHIR says in the query and in `Prefer` of every request below `base`: a query whose escapes say no text is
 * refused; `_format` counts more than `Accept`; with `Prefer: handling=lenient` parameters that the route does not know are
 * left out, and `Preference-Applied` says so. Before whatever chooses media types.
 */
export function installFhirRequests(app: FastifyInstance, base: string | undefined): void {
  app.decorate('fhirBase', base);
  app.decorateRequest('ignoredParameters', undefined);
  if (base === undefined) return;
  app.addHook('onRequest', async (request) => {
    if (!isFhirRequest(request)) return;
    const [, query = ''] = request.url.split('?', 2);
    assertReadable(query);
    const formats = new URLSearchParams(query).getAll('_format');
    if (formats.length === 0) return;
    if (!formats.every((format) => JSON_FORMATS.has(format)))
      throw new ProblemError('NOT_ACCEPTABLE', 'The answer is JSON: _format=json, or leave it out');
    request.headers.accept = FHIR_JSON;
  });
  // Before unknown parameters are left out: those of a form are parameters as well.
  installFormQueries(app);
  app.addHook('preValidation', async (request, reply) => {
    if (!isFhirRequest(request) || !isLenient(request)) return;
    const { properties = {} } = (request.routeOptions.schema?.querystring ?? {}) as {
      readonly properties?: object;
    };
    const given = Object.entries(request.query as object);
    const isKnown = ([name]: readonly [string, unknown]): boolean => Object.hasOwn(properties, name);
    request.query = Object.fromEntries(given.filter(isKnown));
    request.ignoredParameters = given.filter((one) => !isKnown(one)).map(([name]) => name);
    void reply.header('preference-applied', 'handling=lenient');
  });
}

const isLenient = ({ headers: { prefer } }: FastifyRequest): boolean =>
  LENIENT.test([prefer ?? []].flat().join(','));
