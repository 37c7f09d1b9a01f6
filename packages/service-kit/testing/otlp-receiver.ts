import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';

/** A value of OTLP's JSON encoding; integers are text. */
interface AnyValue {
  readonly stringValue?: string;
  readonly intValue?: string | number;
  readonly boolValue?: boolean;
  readonly doubleValue?: number;
}
interface KeyValue {
  readonly key: string;
  readonly value: AnyValue;
}

/** The parts of a span that a collector gets (opentelemetry/proto/trace/v1/trace.proto). */
interface ExportedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes?: readonly KeyValue[];
  readonly events?: readonly object[];
  readonly status?: { readonly code?: number; readonly message?: string };
}
interface ExportRequest {
  readonly resourceSpans?: readonly {
    readonly resource?: { readonly attributes?: readonly KeyValue[] };
    readonly scopeSpans?: readonly { readonly spans?: readonly ExportedSpan[] }[];
  }[];
}

export interface ReceivedSpan {
  /** Which process it is of. */
  readonly service: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly name: string;
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
  readonly isError: boolean;
}

/** A collector that takes OTLP over HTTP with JSON, and keeps what it gets. */
export class OtlpReceiver implements AsyncDisposable {
  readonly spans: ReceivedSpan[] = [];
  /** Every body, as it came. */
  readonly bodies: string[] = [];
  readonly #server: Server;
  #wake: (() => void)[] = [];

  private constructor() {
    this.#server = createServer((request, response) => {
      void buffer(request).then((bytes) => {
        const isZipped = request.headers['content-encoding'] === 'gzip';
        this.#take((isZipped ? gunzipSync(bytes) : bytes).toString('utf8'));
        response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
      });
    });
  }

  static async start(): Promise<OtlpReceiver> {
    const receiver = new OtlpReceiver();
    await new Promise<void>((resolve) => receiver.#server.listen(0, '127.0.0.1', resolve));
    return receiver;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The first span, here or to come, that passes. */
  async next(passes: (span: ReceivedSpan) => boolean, timeoutMs = 30_000): Promise<ReceivedSpan> {
    const deadline = AbortSignal.timeout(timeoutMs);
    for (;;) {
      const found = this.spans.find(passes);
      if (found !== undefined) return found;
      if (deadline.aborted) throw new Error(`No such span came; these did: ${this.#summary()}`);
      await new Promise<void>((resolve) => {
        this.#wake.push(resolve);
        deadline.addEventListener('abort', () => resolve(), { once: true });
      });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #take(body: string): void {
    this.bodies.push(body);
    for (const { resource, scopeSpans = [] } of (JSON.parse(body) as ExportRequest).resourceSpans ?? []) {
      const service = String(valuesOf(resource?.attributes)['service.name']);
      for (const { spans = [] } of scopeSpans)
        for (const span of spans) this.spans.push(receivedSpan(service, span));
    }
    for (const wake of this.#wake.splice(0)) wake();
  }

  #summary(): string {
    return this.spans.map(({ service, name, traceId }) => `${service} ${name} ${traceId}`).join('\n');
  }
}

const receivedSpan = (service: string, span: ExportedSpan): ReceivedSpan => ({
  service,
  traceId: span.traceId,
  spanId: span.spanId,
  parentSpanId: span.parentSpanId,
  name: span.name,
  startNs: BigInt(span.startTimeUnixNano),
  endNs: BigInt(span.endTimeUnixNano),
  attributes: valuesOf(span.attributes),
  isError: span.status?.code === 2,
});

const valuesOf = (pairs: readonly KeyValue[] = []): Record<string, string | number | boolean> =>
  Object.fromEntries(
    pairs.map(({ key, value: { stringValue, intValue, boolValue, doubleValue } }) => [
      key,
      stringValue ?? boolValue ?? doubleValue ?? Number(intValue),
    ]),
  );
