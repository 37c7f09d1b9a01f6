import { hash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';

const BEARER = 'Bearer ';

/** A name for the token that a request came with, which is not the token: its SHA-256. */
export function callerOf({ headers }: Pick<FastifyRequest, 'headers'>): string {
  // Without the scheme, which may be written in any case.
  return hash('sha256', headers.authorization?.slice(BEARER.length) ?? '');
}
