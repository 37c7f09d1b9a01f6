import { ProblemError, type ServiceApp } from '@careledger/service-kit';
import { readStatement } from '@careledger/statements';
import type { FastifyRequest } from 'fastify';
import { delegationOf } from '../access.js';

/**
 * Holds delegates' tokens to what they have signed themselves: whatever else the routes take that are theirs, a delegate brings
 * neither another's statement nor a passphrase. Before the routes are added.
 */
export function addDelegateGuard(app: ServiceApp): void {
  app.addHook('preHandler', async (request) => {
    if (request.principal?.role !== 'delegate') return;
    if (request.method === 'GET' || request.method === 'HEAD') return;
    if (signerOf(request) !== delegationOf(request))
      throw new ProblemError('FORBIDDEN', 'A delegate brings what it has signed by its own delegation');
  });
}

/** By which delegation the statement of a request is signed, by its own word; its route checks that. */
function signerOf({ body }: FastifyRequest): unknown {
  const { statement } = (body ?? {}) as { readonly statement?: unknown };
  if (typeof statement !== 'string') return null;
  try {
    const { path } = readStatement(statement).payload.body;
    return Array.isArray(path) ? path.at(-1) : null;
  } catch {
    return null;
  }
}
