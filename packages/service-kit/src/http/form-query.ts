import { isUtf8 } from 'node:buffer';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ProblemError } from './problems.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What the body says, as browsers write forms, is more of the query. There may be none. */
    formIsQuery?: true;
  }
}

const FORM = 'application/x-www-form-urlencoded';
/** Parameters that a form may have: more than any route knows, and few enough to be looked at one by one. */
const PARAMETERS_MAX = 1_000;

/** Reads forms for the routes that take a query in the body; every other route takes none. */
export function installFormQueries(app: FastifyInstance): void {
  app.addContentTypeParser(FORM, { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    try {
      done(null, parametersIn(request, body));
    } catch (error) {
      done(error as Error, undefined);
    }
  });
  app.addHook('preValidation', async (request) => {
    const { body, routeOptions } = request;
    if (routeOptions.config.formIsQuery !== true || body === undefined) return;
    if (!(body instanceof URLSearchParams)) throw notTaken();
    request.query = withParameters(request.query as Query, body);
  });
}

type Query = Readonly<Record<string, string | readonly string[]>>;

/** Whatever is named in both is there as often as both have it. */
function withParameters(query: Query, parameters: URLSearchParams): Query {
  const values = new Map(Object.entries(query).map(([name, value]) => [name, [value].flat()]));
  for (const [name, value] of parameters) {
    const all = values.get(name);
    if (all === undefined) values.set(name, [value]);
    else all.push(value);
  }
  return Object.fromEntries(
    [...values].map(([name, all]) => [name, all.length === 1 ? (all[0] ?? '') : all]),
  );
}

function parametersIn(request: FastifyRequest, body: Buffer): URLSearchParams {
  if (request.routeOptions.config.formIsQuery !== true) throw notTaken();
  if (!isUtf8(body)) throw new ProblemError('MALFORMED_REQUEST', 'A form is text in UTF-8');
  const text = body.toString();
  if (text.split('&', PARAMETERS_MAX + 1).length > PARAMETERS_MAX)
    throw new ProblemError('MALFORMED_REQUEST', `A form has at most ${PARAMETERS_MAX} parameters`);
  assertReadable(text);
  return new URLSearchParams(text);
}

/** @throws ProblemError MALFORMED_REQUEST */
export function assertReadable(query: string): void {
  try {
    decodeURIComponent(query);
  } catch (cause) {
    throw new ProblemError('MALFORMED_REQUEST', 'An escape in the query says no character', { cause });
  }
}

const notTaken = () => new ProblemError('UNSUPPORTED_MEDIA_TYPE', 'This route does not take such a body');
