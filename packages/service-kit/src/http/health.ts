import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { withExamples } from './examples.js';

/** A readiness check that takes longer has failed. */
const READINESS_CHECK_TIMEOUT_MS = 2_000;

const LIVENESS = Type.Object({ status: Type.Literal('live') });
/** Each check by its name. */
const READINESS = Type.Object({
  status: Type.Union([Type.Literal('ready'), Type.Literal('unready')]),
  checks: Type.Record(
    Type.String(),
    Type.Union([Type.Literal('ok'), Type.Literal('degraded'), Type.Literal('failed')]),
  ),
});

/** Throws while the service cannot serve; `degraded` is for what it can do without for a while. */
export type ReadinessCheck = () => void | 'degraded' | Promise<void | 'degraded'>;

declare module 'fastify' {
  interface FastifyInstance {
    /** Registers a named check of `/readyz`; it throws while the service cannot serve. */
    addReadinessCheck(name: string, check: ReadinessCheck): void;
  }
}

/**
 * `/livez`: the process answers. `/readyz`: no registered check fails, 503 otherwise; a degraded one is shown. Names are shown, reasons go to the log: both routes are public.
 */
export function installHealth(app: FastifyInstance): void {
  const checks = new Map<string, ReadinessCheck>();
  app.decorate('addReadinessCheck', (name: string, check: ReadinessCheck) => {
    if (checks.has(name)) throw new RangeError(`There already is a readiness check ${name}`);
    checks.set(name, check);
  });

  app.get(
    '/livez',
    {
      config: { public: true, rateLimit: false },
      schema: {
        summary: 'Whether the process lives',
        response: { 200: withExamples(LIVENESS, { status: 'live' }) },
      },
    },
    async () => ({
      status: 'live',
    }),
  );

  app.get(
    '/readyz',
    {
      config: { public: true, rateLimit: false },
      schema: {
        summary: 'Whether the service can serve',
        response: {
          200: withExamples(READINESS, { status: 'ready', checks: { store: 'ok', ledger: 'ok' } }),
          503: withExamples(READINESS, { status: 'unready', checks: { store: 'ok', ledger: 'failed' } }),
        },
      },
    },
    async (request, reply) => {
      const results = await Promise.all(
        [...checks].map(async ([name, check]) => {
          try {
            return [name, (await withTimeout(check)) ?? 'ok'] as const;
          } catch (err) {
            request.log.warn({ err, check: name }, 'not ready');
            return [name, 'failed'] as const;
          }
        }),
      );
      const ready = results.every(([, result]) => result !== 'failed');
      return reply.code(ready ? 200 : 503).send({
        status: ready ? 'ready' : 'unready',
        checks: Object.fromEntries(results),
      });
    },
  );
}

async function withTimeout(check: ReadinessCheck): Promise<void | 'degraded'> {
  const timer = new AbortController();
  try {
    return await Promise.race([
      check(),
      delay(READINESS_CHECK_TIMEOUT_MS, undefined, { signal: timer.signal, ref: false }).then((): never => {
        throw new Error(`no answer within ${READINESS_CHECK_TIMEOUT_MS} ms`);
      }),
    ]);
  } finally {
    timer.abort();
  }
}
