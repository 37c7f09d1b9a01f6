import cors from '@fastify/cors';
import type { FastifyInstance } from 'fastify';

/** How long a browser may remember what it was allowed. */
const PREFLIGHT_MAX_AGE_S = 600;
/** What a client sends beyond what every browser may. */
const ALLOWED_HEADERS = [
  'accept',
  'authorization',
  'content-type',
  'idempotency-key',
  'if-match',
  'if-none-match',
  'last-event-id',
  'prefer',
  'traceparent',
  'x-request-id',
];
/** What answers say outside their bodies. */
const EXPOSED_HEADERS = [
  'allow',
  'etag',
  'link',
  'location',
  'preference-applied',
  'ratelimit',
  'ratelimit-policy',
  'retry-after',
  'www-authenticate',
  'x-request-id',
];

/**
 * Lets pages of these origins call the service from a browser (Fetch Standard, CORS protocol). No cookie is involved: a page
 * has the tokens that it was given. Without origins nothing is registered. Comes before what looks at every route.
 */
export async function installCrossOrigin(app: FastifyInstance, origins: readonly string[]): Promise<void> {
  if (origins.length === 0) return;
  await app.register(cors, {
    origin: [...origins],
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'DELETE'],
    ...{ allowedHeaders: ALLOWED_HEADERS, exposedHeaders: EXPOSED_HEADERS },
    maxAge: PREFLIGHT_MAX_AGE_S,
    strictPreflight: false,
  });
}
