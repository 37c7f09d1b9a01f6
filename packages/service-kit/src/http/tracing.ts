import { context } from '@opentelemetry/api';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { startSpan, type RunningSpan } from '../tracing/spans.js';
import { isTracing } from '../tracing/tracing.js';
import { nounOf, SERVICE_NOUN } from './openapi-names.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Undefined where the request is not traced. */
    span: RunningSpan | undefined;
  }
}

/**
 * Makes every request a span that goes on from the caller's header `traceparent`, and lets its handler run within. What
 * probes and monitoring ask is left out. Adds nothing where tracing is off.
 */
export function installTracing(app: FastifyInstance): void {
  if (!isTracing()) return;
  app.decorateRequest('span', undefined);
  app.addHook('onRequest', (request, _reply, done) => {
    request.span = spanOf(request);
    within(request.span, done);
  });
  // Reading the body leaves the span: it goes on by events of the socket.
  app.addHook('preValidation', ({ span }, _reply, done) => within(span, done));
  app.addHook('onResponse', async ({ span }, { statusCode }) => {
    span?.set({ 'http.response.status_code': statusCode });
    if (statusCode >= 500) span?.fail();
    span?.end();
  });
}

function spanOf({ method, headers: { traceparent }, routeOptions }: FastifyRequest): RunningSpan | undefined {
  const { url: route } = routeOptions;
  if (route !== undefined && nounOf(route) === SERVICE_NOUN) return undefined;
  return startSpan(route === undefined ? method : `${method} ${route}`, {
    kind: 'server',
    parent: typeof traceparent === 'string' ? traceparent : null,
    attributes: { 'http.request.method': method, ...(route !== undefined && { 'http.route': route }) },
  });
}

function within(span: RunningSpan | undefined, done: () => void): void {
  if (span === undefined) done();
  else context.with(span.context, done);
}
