import rateLimit, { type RateLimitOptions } from '@fastify/rate-limit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { RATE_LIMIT_DEFAULTS, type RateLimitConfig } from '../config/rate-limit-config.js';
import type { AnswerHeaders } from './openapi-headers.js';
import { ProblemError } from './problems.js';

const WINDOW_MS = 60_000;
/** Callers whose requests are counted at once; the one that was quiet longest is forgotten first. */
const CALLERS_MAX = 20_000;
/** Headers of draft-ietf-httpapi-ratelimit-headers-10. */
const LIMIT_HEADERS: AnswerHeaders = {
  RateLimit: { type: 'string', description: 'What is left of the limit (`r`), until when (`t`, seconds)' },
  'RateLimit-Policy': { type: 'string', description: 'How many requests (`q`) a window of `w` seconds has' },
};

type Limiter = ReturnType<FastifyInstance['createRateLimit']>;

/** A limit by the name that the headers give it. */
interface Limit {
  readonly name: 'token' | 'address' | 'route';
  readonly check: Limiter;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** A narrower limit of this route's, for each token. */
    requestsPerMinute?: number;
  }
}

/** Counts a request and refuses it where it is one too many. @throws ProblemError TOO_MANY_REQUESTS */
export type TakeRequest = (request: FastifyRequest, reply: FastifyReply) => Promise<void>;

/**
 * Limits how many requests a token has in a minute, and without a good token an address (an IPv6 network of 64 bits). A
 * route with `rateLimit: false` is not counted and never refused: what carries a danger, and what watches the service.
 * @returns to be called once for each request, when it is known who sends it
 */
export async function installRateLimits(
  app: FastifyInstance,
  config: Partial<RateLimitConfig> = {},
): Promise<TakeRequest> {
  const { addressPerMinute, systemPerMinute, tokenPerMinute } = { ...RATE_LIMIT_DEFAULTS, ...config };
  await app.register(rateLimit, { global: false });
  const limiter = (max: number, more: RateLimitOptions = {}): Limiter => {
    const options: RateLimitOptions = { max, timeWindow: WINDOW_MS, cache: CALLERS_MAX, ...more };
    return app.createRateLimit(options);
  };
  const byToken = { keyGenerator: (request: FastifyRequest) => request.principal?.tokenSha256 ?? '' };
  const ofToken = limiter(tokenPerMinute, byToken);
  const ofSystem = limiter(systemPerMinute, byToken);
  const ofAddress = limiter(addressPerMinute);
  const ofRoutes = new Map<string, Limiter>();

  app.addHook('onRoute', (route) => {
    const { rateLimit: isLimited, requestsPerMinute } = route.config ?? {};
    if (isLimited === false) return;
    if (requestsPerMinute !== undefined) ofRoutes.set(route.url, limiter(requestsPerMinute, byToken));
    const { answerHeaders, problems = [] } = route.schema ?? {};
    route.schema = {
      ...route.schema,
      answerHeaders: { ...answerHeaders, ...LIMIT_HEADERS },
      problems: [...new Set([...problems, 'TOO_MANY_REQUESTS'])],
    };
  });

  const limitsOf = ({ principal, routeOptions }: FastifyRequest): Limit[] => {
    if (principal === undefined) return addressPerMinute > 0 ? [{ name: 'address', check: ofAddress }] : [];
    const isSystem = principal.role === 'system';
    const ofRoute = ofRoutes.get(routeOptions.url ?? '');
    return [
      ...((isSystem ? systemPerMinute : tokenPerMinute) > 0
        ? [{ name: 'token' as const, check: isSystem ? ofSystem : ofToken }]
        : []),
      ...(ofRoute ? [{ name: 'route' as const, check: ofRoute }] : []),
    ];
  };

  return async (request, reply) => {
    if (request.routeOptions.config?.rateLimit === false) return;
    const left: string[] = [];
    const policies: string[] = [];
    for (const { name, check } of limitsOf(request)) {
      const state = await check(request);
      if (state.isAllowed) continue;
      const { isExceeded, max, remaining, ttlInSeconds } = state;
      left.push(`"${name}";r=${remaining};t=${ttlInSeconds}`);
      policies.push(`"${name}";q=${max};w=${WINDOW_MS / 1000}`);
      void reply.headers({ RateLimit: left.join(', '), 'RateLimit-Policy': policies.join(', ') });
      if (!isExceeded) continue;
      const whose = name === 'address' ? 'address' : 'token';
      throw new ProblemError('TOO_MANY_REQUESTS', `Each ${whose} has ${max} requests a minute here`, {
        members: { retryAfterS: ttlInSeconds },
      });
    }
  };
}
