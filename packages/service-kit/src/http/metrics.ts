import type { FastifyInstance } from 'fastify';
import { collectDefaultMetrics, Histogram, Registry } from 'prom-client';

declare module 'fastify' {
  interface FastifyInstance {
    /** Prometheus registry of this service; add your own metrics to it. */
    metrics: Registry;
  }
}

const DURATION_BUCKETS_SECONDS = [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10];

/** `/metrics` for Prometheus: process and HTTP; for role ops or system, or open where configured. */
export function installMetrics(
  app: FastifyInstance,
  options: { readonly service: string; readonly open: boolean },
): void {
  const registry = new Registry();
  registry.setDefaultLabels({ service: options.service });
  collectDefaultMetrics({ register: registry });
  app.decorate('metrics', registry);
  const durations = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from the first byte of the request to the end of the response',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: DURATION_BUCKETS_SECONDS,
    registers: [registry],
  });
  app.addHook('onResponse', async (request, reply) => {
    const labels = {
      method: request.method,
      // The pattern, not the path: bounded in number, and no patient is named.
      route: request.routeOptions.url ?? 'none',
      status: String(reply.statusCode),
    };
    durations.observe(labels, reply.elapsedTime / 1000);
  });
  app.get(
    '/metrics',
    {
      config: { rateLimit: false, ...(options.open ? { public: true } : { roles: ['ops', 'system'] }) },
      schema: {
        operationId: 'getMetrics',
        summary: 'Prometheus metrics',
        response: {
          200: { description: 'Samples', content: { 'text/plain': { schema: { type: 'string' } } } },
        },
      },
    },
    async (_request, reply) => reply.type(registry.contentType).send(await registry.metrics()),
  );
}
