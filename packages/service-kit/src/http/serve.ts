import type { HttpConfig } from '../config/service-config.js';
import { announceReady } from '../ready.js';
import type { ServiceApp } from './service.js';

/** A stop that takes longer is cut off: the process exits with code 1. */
const SHUTDOWN_DEADLINE_MS = 10_000;

/** Listens as configured; returns the URL with the port that was taken. */
export async function listen(app: ServiceApp, http: HttpConfig): Promise<string> {
  const url = await app.listen({ host: http.host, port: http.port });
  // The server is ours, so that Fastify does not know that it speaks TLS.
  return http.tls ? url.replace('http:', 'https:') : url;
}

export interface ServeOptions {
  readonly service: string;
  readonly http: HttpConfig;
  /** What else listens, for the ready line; called once HTTP listens. */
  readonly urls?: () => Readonly<Record<string, string>>;
  readonly shutdownDeadlineMs?: number;
  /** The last thing that a stop does, within its deadline. */
  readonly onStopped?: () => Promise<void>;
}

/**
 * Runs a built app as this process: listens, writes the ready line, and on SIGTERM or SIGINT stops
 * accepting, lets running requests finish and runs the `onClose` hooks, the last registered first.
 */
export async function serve(app: ServiceApp, options: ServeOptions): Promise<string> {
  stopOnSignals(app, options);
  const url = await listen(app, options.http);
  announceReady(options.service, { http: url, ...options.urls?.() });
  return url;
}

function stopOnSignals(
  app: ServiceApp,
  { shutdownDeadlineMs: deadlineMs = SHUTDOWN_DEADLINE_MS, onStopped }: ServeOptions,
): void {
  let stopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    if (stopping) return;
    stopping = true;
    app.log.info({ signal }, 'stopping');
    setTimeout(() => {
      app.log.fatal({ deadlineMs }, 'stop took too long');
      process.exit(1);
    }, deadlineMs).unref();
    app
      .close()
      .then(onStopped)
      .then(
        () => app.log.info('stopped'),
        (err: unknown) => {
          app.log.error({ err }, 'stop failed');
          process.exitCode = 1;
        },
      );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  app.addHook('onClose', async () => {
    process.off('SIGTERM', stop);
    process.off('SIGINT', stop);
  });
}
