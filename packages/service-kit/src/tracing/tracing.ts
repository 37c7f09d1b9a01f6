import { context, diag, DiagLogLevel, propagation, trace } from '@opentelemetry/api';
import type { TracingConfig } from '../config/service-config.js';
import type { Logger } from '../logging.js';

/** Variables of OpenTelemetry's specification that turn exporting on; the exporter itself reads the others. */
const ENDPOINT_VARIABLES = ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] as const;
const DISABLED_VARIABLE = 'OTEL_SDK_DISABLED';

export interface TracingOptions {
  /** Which process this is, as spans name it. */
  readonly service: string;
  readonly config: TracingConfig;
  readonly logger: Pick<Logger, 'warn'>;
  /** Default: process.env. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** Spans leave this process. */
export interface Tracing {
  /** Sends what is left, and no more. */
  stop(): Promise<void>;
}

let isOn = false;

/** Whether spans are recorded: what is done for each frame asks first. */
export const isTracing = (): boolean => isOn;

/**
 * Lets spans leave this process as OTLP over HTTP, where the configuration or the environment says where to; undefined
 * where neither does, and then nothing of it is loaded. Call it before anything is built.
 */
export async function startTracing({
  service,
  config,
  logger,
  env = process.env,
}: TracingOptions): Promise<Tracing | undefined> {
  const isNamed = ENDPOINT_VARIABLES.some((name) => (env[name] ?? '') !== '');
  if (env[DISABLED_VARIABLE] === 'true' || (config.otlpEndpoint === undefined && !isNamed)) return undefined;
  const { makeProvider, contextManager, propagator } = await import('./exporting.js');
  diag.setLogger(reportingTo(logger), { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
  const provider = makeProvider(service, config);
  trace.setGlobalTracerProvider(provider);
  context.setGlobalContextManager(contextManager());
  propagation.setGlobalPropagator(propagator());
  isOn = true;
  return {
    stop: async () => {
      isOn = false;
      await provider.shutdown();
      trace.disable();
      context.disable();
      propagation.disable();
      diag.disable();
    },
  };
}

/** A collector that is away is no fault of the service: one line, and it goes on. */
function reportingTo(logger: Pick<Logger, 'warn'>) {
  const say = (message: string): void => logger.warn({ reason: message }, 'tracing');
  const hush = (): void => undefined;
  return { error: say, warn: say, info: hush, debug: hush, verbose: hush };
}
