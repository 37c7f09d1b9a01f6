import {
  context,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Context,
  type Span,
} from '@opentelemetry/api';
import type { SpanAttributes } from './span-attributes.js';

/** Records nothing until `startTracing` has set up where spans go. */
const tracer = trace.getTracer('careledger');

/** A point of a trace as the header `traceparent` writes it (https://www.w3.org/TR/trace-context/). */
export type TraceParent = string;

const KINDS = {
  internal: SpanKind.INTERNAL,
  /** Answers somebody's request. */
  server: SpanKind.SERVER,
  /** Waits for somebody's answer. */
  client: SpanKind.CLIENT,
  /** Takes in what was sent by a broker. */
  consumer: SpanKind.CONSUMER,
} as const;

export interface SpanOptions {
  readonly kind?: keyof typeof KINDS;
  readonly attributes?: SpanAttributes;
  /** What it goes on from, where that is kept with the work; null begins a trace. Default: the span that runs. */
  readonly parent?: TraceParent | null;
}

/** A piece of work that is traced. */
export class RunningSpan {
  readonly #span: Span;
  /** In which what it does belongs to it. */
  readonly context: Context;

  constructor(name: string, { kind = 'internal', attributes = {} }: SpanOptions, from: Context) {
    this.#span = tracer.startSpan(name, { kind: KINDS[kind], attributes: { ...attributes } }, from);
    this.context = trace.setSpan(from, this.#span);
  }

  /** To be kept or sent with what goes on from here; null where nothing is traced. */
  get traceParent(): TraceParent | null {
    const carrier: { traceparent?: string } = {};
    propagation.inject(this.context, carrier);
    return carrier.traceparent ?? null;
  }

  set(attributes: SpanAttributes): void {
    this.#span.setAttributes({ ...attributes });
  }

  /** Says that it failed, by code alone: messages may name whom it was about. */
  fail(error?: unknown): void {
    this.#span.setStatus({ code: SpanStatusCode.ERROR });
    if (error !== undefined) this.set({ 'error.type': typeOf(error) });
  }

  end(): void {
    this.#span.end();
  }
}

/** Begins a span that ends elsewhere: `end` must be called, once. */
export const startSpan = (name: string, options: SpanOptions = {}): RunningSpan =>
  new RunningSpan(name, options, parentOf(options));

/** Does a piece of work as a span: what it calls, and whoever it calls, goes on from it. */
export function traced<T>(
  name: string,
  options: SpanOptions,
  work: (span: RunningSpan) => Promise<T>,
): Promise<T> {
  const span = startSpan(name, options);
  return context.with(span.context, async () => {
    try {
      return await work(span);
    } catch (error) {
      span.fail(error);
      throw error;
    } finally {
      span.end();
    }
  });
}

/** Where the running span stands, to be kept with what is due because of it; null where nothing is traced. */
export function currentTrace(): TraceParent | null {
  const carrier: { traceparent?: string } = {};
  propagation.inject(context.active(), carrier);
  return carrier.traceparent ?? null;
}

/** Does something that belongs to no span, whoever brings it about. */
export const untraced = <T>(work: () => T): T => context.with(ROOT_CONTEXT, work);

function parentOf({ parent }: SpanOptions): Context {
  if (parent === undefined) return context.active();
  return parent === null ? ROOT_CONTEXT : propagation.extract(ROOT_CONTEXT, { traceparent: parent });
}

function typeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '_OTHER';
  if ('code' in error && typeof error.code === 'string') return error.code;
  return 'name' in error && typeof error.name === 'string' ? error.name : '_OTHER';
}
