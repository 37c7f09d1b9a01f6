import type { FastifyInstance, FastifyReply } from 'fastify';
import { JSON_TYPE, preferredOf } from './media-types.js';
import { ProblemError } from './problems.js';

/**
 * Chooses what a route answers with before the request has any effect: 406 where it has nothing that `Accept` allows. A
 * route with `rateLimit: false` is never refused: what carries a danger, and what watches the service.
 */
export function installAcceptedTypes(app: FastifyInstance): void {
  const offers = new Map<string, readonly string[]>();
  app.decorateRequest('answerType', JSON_TYPE);
  app.addHook('onRoute', (route) => {
    const offered = typesOf(route.schema?.response as Answers | undefined);
    if (offered.length === 0) return;
    for (const method of [route.method].flat()) offers.set(`${method} ${route.url}`, offered);
    if (route.config?.rateLimit === false) return;
    route.schema = { ...route.schema, problems: [...(route.schema?.problems ?? []), 'NOT_ACCEPTABLE'] };
  });
  app.addHook('onRequest', async (request, reply) => {
    const { method, headers, routeOptions } = request;
    const offered = offers.get(`${method} ${routeOptions.url ?? ''}`);
    if (offered === undefined) return;
    if (offered.length > 1) varyByAccept(reply);
    const best = preferredOf(headers.accept, offered);
    if (best === undefined && routeOptions.config.rateLimit !== false)
      throw new ProblemError(
        'NOT_ACCEPTABLE',
        `The answer is ${offered.join(' or ')}: name it in Accept, or send no Accept`,
      );
    request.answerType = best ?? offered[0] ?? JSON_TYPE;
  });
}

/** Beside whatever else the answer depends on, such as the origin of the page that asks. */
function varyByAccept(reply: FastifyReply): void {
  const others = reply.getHeader('vary');
  void reply.header('vary', others === undefined ? 'accept' : `${String(others)}, accept`);
}

/** Schemas, or bodies by media type, by status. */
type Answers = Readonly<Record<string, { readonly type?: unknown; readonly content?: object }>>;

/** The media types with which a route says that it did what it was asked; none where those answers have no body. */
function typesOf(answers: Answers = {}): string[] {
  const types = Object.entries(answers).flatMap(([status, { type, content }]) => {
    if (!status.startsWith('2') || type === 'null') return [];
    return content === undefined ? [JSON_TYPE] : Object.keys(content);
  });
  return [...new Set(types)];
}
