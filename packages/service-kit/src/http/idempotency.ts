import type { FastifyContextConfig, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { bearerTokenOf } from './auth.js';
import { wholeBodyOf } from './exact-body.js';
import type { AnswerHeaders } from './openapi-headers.js';
import { ProblemError } from './problems.js';
import { withHeaders } from './request-headers.js';
import type { idempotencyProblems } from './shared-problems.js';
import { reusedKey, type IdempotencyKeys } from './idempotency-keys.js';
import { openAnswer, sealAnswer, type KeptAnswer } from './kept-answer.js';
import { idempotentRequest, type IdempotentRequest } from './idempotent-request.js';

/** draft-ietf-httpapi-idempotency-key-header. */
const IDEMPOTENCY_KEY = 'idempotency-key';
const KEY_MAX_CHARS = 128;
/** A larger answer is not kept: the routes that have such recognise what they are sent, and make it again. */
const ANSWER_MAX_CHARS = 64 * 1024;
/** What has come to its end. 202 is not kept: the same request again is told how far its one effect has come. */
const KEPT_STATUSES: ReadonlySet<number> = new Set([200, 201, 204]);
const REPLAYED_HEADER = 'Idempotent-Replayed';
const REPLAYED: AnswerHeaders = {
  [REPLAYED_HEADER]: {
    type: 'boolean',
    description: '`true` where this is the answer that the first request under the key got; absent otherwise',
  },
};
const KEPT_HEADERS = ['content-type', 'location', 'etag', 'cache-control'] as const;
/** The first request is still being answered. */
const IN_USE_RETRY_S = 1;

const KEY_HEADER = {
  [IDEMPOTENCY_KEY]: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: KEY_MAX_CHARS,
      description:
        'The same key with the same request again, within a day, has the effect of the first alone and gets its answer',
    }),
  ),
};

/** Codes that a route answers with because it takes a key. */
const KEY_PROBLEMS: readonly (keyof typeof idempotencyProblems | 'TOO_MANY_REQUESTS')[] = [
  'IDEMPOTENCY_KEY_REUSED',
  'IDEMPOTENCY_KEY_IN_USE',
  'TOO_MANY_REQUESTS',
];

/** Whether a route takes a key; of a public one, which part of the request says whose key it is. */
export type TakesIdempotencyKey = boolean | { readonly secretOf: (request: FastifyRequest) => string };

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * Whether requests may carry an `Idempotency-Key`. Unless told, every POST that has a token does; a public route
     * names the secret in its request that stands for one.
     */
    idempotencyKey?: TakesIdempotencyKey;
  }
  interface FastifyRequest {
    /** The request under its `Idempotency-Key`; undefined without one, or where the route takes none. */
    idempotent: IdempotentRequest | undefined;
    /**
     * Whether the same request under its key is done again, and its answer kept nowhere: one that shows what its caller may see now,
     * or says of a part of it that this is to be sent again. Each effect then has a key of its own.
     */
    isAnsweredAnew: boolean;
  }
}

/**
 * One `Idempotency-Key` for every route that takes one: what was done and answered under it is answered again, by the
 * same status, headers and body. A refusal has no effect and frees the key. A route whose effect would be another one
 * the second time binds it to `request.idempotent` in the transaction that keeps it (`IdempotencyKeys.claim`): then a
 * process that is killed before its answer is kept does not do it twice. Others do the same again.
 */
export function installIdempotency(app: FastifyInstance, keys: IdempotencyKeys): void {
  /** Requests whose answers are under way, in this process, which alone has the store. */
  const underWay = new Map<string, string>();
  app.decorateRequest('idempotent', undefined);
  app.decorateRequest('isAnsweredAnew', false);

  app.addHook('onRoute', (route) => {
    if (!takesKey([route.method].flat(), route.config)) return;
    const { answerHeaders, problems = [] } = route.schema ?? {};
    route.schema = {
      ...withHeaders(route.schema ?? {}, KEY_HEADER),
      answerHeaders: { ...answerHeaders, ...REPLAYED },
      problems: [...new Set([...problems, ...KEY_PROBLEMS])],
    };
  });

  app.addHook('preHandler', async (request, reply) => {
    const key = request.headers[IDEMPOTENCY_KEY];
    const { config, url: pattern = '' } = request.routeOptions;
    if (typeof key !== 'string' || !takesKey([request.method], config)) return;
    const secret = secretOf(request);
    const { method, url } = request;
    const asked = idempotentRequest({ method, url, body: wholeBodyOf(request) }, { key, pattern, secret });
    const place = placeOf(asked);
    const running = underWay.get(place);
    if (running !== undefined && running !== asked.requestSha256) throw reusedKey();
    if (running !== undefined)
      throw new ProblemError<keyof typeof idempotencyProblems>(
        'IDEMPOTENCY_KEY_IN_USE',
        'The first request under this key is not answered yet',
        { members: { retryAfterS: IN_USE_RETRY_S } },
      );
    const sealed = keys.answerOf(asked);
    if (sealed !== undefined) return replay(reply, openAnswer(sealed, secret, asked));
    keys.assertRoomFor(asked);
    underWay.set(place, asked.requestSha256);
    request.idempotent = asked;
  });

  app.addHook('onSend', async (request, reply, payload) => {
    const asked = request.idempotent;
    if (asked === undefined) return payload;
    request.idempotent = undefined;
    try {
      if (KEPT_STATUSES.has(reply.statusCode)) {
        const answer = request.isAnsweredAnew ? null : answerOf(reply, payload);
        await keys.keepAnswer(asked, answer && sealAnswer(answer, secretOf(request), asked));
      }
    } catch (err) {
      // What was asked for is done: the caller has to hear of it. The same request again finds what was done.
      request.log.error({ err }, 'an answer could not be kept under its idempotency key');
    } finally {
      underWay.delete(placeOf(asked));
    }
    return payload;
  });
}

function takesKey(methods: readonly string[], config: FastifyContextConfig | undefined): boolean {
  const { idempotencyKey, public: isPublic = false } = config ?? {};
  return Boolean(idempotencyKey ?? (!isPublic && methods.includes('POST')));
}

function secretOf(request: FastifyRequest): string {
  const { idempotencyKey } = request.routeOptions.config;
  return typeof idempotencyKey === 'object' ? idempotencyKey.secretOf(request) : bearerTokenOf(request);
}

const placeOf = ({ tokenSha256, route, key }: IdempotentRequest): string =>
  JSON.stringify([tokenSha256, route, key]);

/** Null for one that is not kept. */
function answerOf(reply: FastifyReply, payload: unknown): KeptAnswer | null {
  const body = payload ?? null;
  if (body !== null && (typeof body !== 'string' || body.length > ANSWER_MAX_CHARS)) return null;
  const headers = KEPT_HEADERS.flatMap((name) => {
    const value = reply.getHeader(name);
    return typeof value === 'string' ? [[name, value] as const] : [];
  });
  return { status: reply.statusCode, headers: Object.fromEntries(headers), body };
}

function replay(reply: FastifyReply, { status, headers, body }: KeptAnswer): FastifyReply {
  // As it is: it went through the route's own schema the first time.
  return reply
    .code(status)
    .headers(headers)
    .header(REPLAYED_HEADER, 'true')
    .send(body ?? undefined);
}
