/** Loaded only where spans are exported: it costs memory and start-up time. */
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, ParentBasedSampler, TracerProvider } from '@opentelemetry/sdk-trace';
import type { TracingConfig } from '../config/service-config.js';
import { EmergencySampler } from './emergency-sampler.js';

/** Longest time that a span waits for others to leave with. */
const EXPORT_INTERVAL_MS = 1_000;
/** Spans that wait for the collector; those beyond are dropped. */
const WAITING_MAX = 8_192;
const EXPORT_TIMEOUT_MS = 10_000;
/** Where OTLP over HTTP takes traces, below an endpoint. */
const TRACES_PATH = 'v1/traces';

/** @param service name of this process */
export function makeProvider(service: string, { otlpEndpoint, sampleRatio }: TracingConfig): TracerProvider {
  const exporter = new OTLPTraceExporter(
    otlpEndpoint === undefined ? {} : { url: `${otlpEndpoint.replace(/\/$/, '')}/${TRACES_PATH}` },
  );
  return new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': service, 'service.namespace': 'careledger' }),
    sampler: new ParentBasedSampler({
      root: new EmergencySampler(sampleRatio),
      // A frame over HTTP turns out to be urgent within a request that nobody records.
      localParentNotSampled: new EmergencySampler(0),
    }),
    spanProcessors: [
      new BatchSpanProcessor({
        exporter,
        scheduledDelayMillis: EXPORT_INTERVAL_MS,
        maxQueueSize: WAITING_MAX,
        exportTimeoutMillis: EXPORT_TIMEOUT_MS,
      }),
    ],
  });
}

/** Keeps what runs apart: each piece of work knows its own span. */
export const contextManager = () => new AsyncLocalStorageContextManager().enable();

/** The header `traceparent`, and nothing else that strangers may send along (no baggage). */
export const propagator = () => new W3CTraceContextPropagator();
