import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { collectDefaultMetrics, Counter, Histogram, Registry } from 'prom-client';

declare module 'fastify' {
  interface FastifyInstance {
    /** Prometheus registry of this service; add your own metrics to it. */
    metrics: Registry;
  }
  interface FastifyReply {
    /** Code of the problem that the answer is. */
    problemCode: string | undefined;
    /** When the head of a stream was out, milliseconds after the request; undefined for what ends with its answer. */
    streamedAfterMs: number | undefined;
  }
}

const SAMPLES = `# HELP http_request_duration_seconds Durations of requests
# TYPE http_request_duration_seconds histogram
http_request_duration_seconds_count{service="gateway",method="GET",route="/v1/patients",status="2xx"} 12
`;
const DURATION_BUCKETS_SECONDS = [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10];

/**
 * `/metrics` for Prometheus: the process, and of each route its rate, errors and durations; for role ops or system, or
 * open where configured.
 */
export function installMetrics(
  app: FastifyInstance,
  options: { readonly service: string; readonly open: boolean },
): void {
  const registry = new Registry();
  registry.setDefaultLabels({ service: options.service });
  collectDefaultMetrics({ register: registry });
  app.decorate('metrics', registry);
  countRequests(app, registry);
  app.get(
    '/metrics',
    {
      config: { rateLimit: false, ...(options.open ? { public: true } : { roles: ['ops', 'system'] }) },
      schema: {
        operationId: 'getMetrics',
        summary: 'Prometheus metrics',
        response: {
          200: {
            description: 'Samples',
            content: { 'text/plain': { schema: { type: 'string' }, example: SAMPLES } },
          },
        },
      },
    },
    async (_request, reply) => reply.type(registry.contentType).send(await registry.metrics()),
  );
}

function countRequests(app: FastifyInstance, registry: Registry): void {
  const durations = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from the head of a request to the end of its answer, or to the head of a stream, by class of status',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: DURATION_BUCKETS_SECONDS,
    registers: [registry],
  });
  const problems = new Counter({
    name: 'http_request_problems_total',
    help: 'Requests that were answered with a problem, by its code',
    labelNames: ['method', 'route', 'code'] as const,
    registers: [registry],
  });
  app.decorateReply('problemCode', undefined);
  app.decorateReply('streamedAfterMs', undefined);
  // A label is looked up by all of its values: for what comes a thousand times a second, once.
  const known = new Map<string, Histogram.Internal<'method' | 'route' | 'status'>>();
  app.addHook('onResponse', async (request: FastifyRequest, reply: FastifyReply) => {
    const { method } = request;
    // The pattern, not the path: bounded in number, and no patient is named.
    const { url: route = 'none' } = request.routeOptions;
    const status = `${Math.floor(reply.statusCode / 100)}xx`;
    const key = `${method} ${route} ${status}`;
    let series = known.get(key);
    if (series === undefined) known.set(key, (series = durations.labels({ method, route, status })));
    series.observe((reply.streamedAfterMs ?? reply.elapsedTime) / 1000);
    const { problemCode: code } = reply;
    if (code !== undefined) problems.inc({ method, route, code });
  });
}
