import type { FastifyInstance, RouteOptions } from 'fastify';
import { codesOf } from './openapi-responses.js';

/** Message of the log where a route answers what its description does not have. */
export const UNDECLARED_ANSWER = 'the description of the route lacks this answer';
/** Where a route says nothing of what it answers. */
const ANY_SUCCESS = '2XX';

declare module 'fastify' {
  interface FastifyRequest {
    /** Of the problem that the request was answered with. */
    problemCode: string | undefined;
  }
}

/** What a route may answer with. */
interface Declared {
  readonly codes: ReadonlySet<string>;
  readonly statuses: ReadonlySet<string>;
}

/**
 * Compares every answer with what its route describes in OpenAPI: the code of a problem, the status of everything else.
 * What is not described goes out all the same, and an error stands in the log: for whoever runs the service to report, and
 * for the end-to-end tests to fail by.
 */
export function installDeclaredAnswers(app: FastifyInstance): void {
  const routes = new Map<string, RouteOptions>();
  const declared = new Map<string, Declared>();
  app.decorateRequest('problemCode', undefined);
  app.addHook('onRoute', (route) => {
    // A page, or another standard's endpoint: OpenAPI does not have it.
    if ((route.schema as { readonly hide?: boolean } | undefined)?.hide === true) return;
    for (const method of [route.method].flat()) routes.set(nameOf(method, route.url), route);
  });
  /** At its first answer: until then hooks add to a route's schema. */
  const declaredBy = (name: string): Declared | undefined => {
    const known = declared.get(name);
    const route = routes.get(name);
    if (known !== undefined || route === undefined) return known;
    const made = declarationOf(route);
    declared.set(name, made);
    return made;
  };

  app.addHook('onSend', async (request, reply, payload) => {
    const { method, problemCode: code, routeOptions } = request;
    const of = declaredBy(nameOf(method, routeOptions.url ?? ''));
    const status = String(reply.statusCode);
    const isDeclared =
      of === undefined ||
      (code !== undefined
        ? of.codes.has(code)
        : of.statuses.has(status) || (of.statuses.has(ANY_SUCCESS) && status.startsWith('2')));
    if (!isDeclared) request.log.error({ method, route: routeOptions.url, status, code }, UNDECLARED_ANSWER);
    return payload;
  });
}

const nameOf = (method: string, url: string): string => `${method} ${url}`;

function declarationOf({ config, method, schema = {}, url }: RouteOptions): Declared {
  const isPublic = config?.public === true;
  const codes = codesOf({ method: [method].flat()[0] ?? 'GET', url, isPublic, schema });
  const statuses = Object.keys((schema.response as object | undefined) ?? { [ANY_SUCCESS]: {} });
  return { codes: new Set(codes), statuses: new Set(statuses) };
}
