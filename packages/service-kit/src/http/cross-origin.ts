import cors from '@fastify/cors';
import type { FastifyInstance } from 'fastify';

/** How long a browser may remember what it was allowed. */
const PREFLIGHT_MAX_AGE_S = 600;
/**
 * Lets pages of these origins call the service from a browser (Fetch Standard, CORS protocol). No cookie is involved: a page
 * has the tokens that it was given. Without origins nothing is registered. Comes before what looks at every route.
 */
export async function installCrossOrigin(app: FastifyInstance, origins: readonly string[]): Promise<void> {
  if (origins.length === 0) return;
  await app.register(cors, {
    origin: [...origins],
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'DELETE'],
    // Headers that a page asks to send are allowed; those of answers may all be read: no cookie is at stake.
    exposedHeaders: '*',
    maxAge: PREFLIGHT_MAX_AGE_S,
    strictPreflight: false,
  });
}
