import { once } from 'node:events';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ProblemError } from './problems.js';

/** A comment line goes out this often, so that proxies and clients see a dead connection. */
const HEARTBEAT_INTERVAL_MS = 15_000;
/** A client that takes no data for this long is disconnected; it resumes by Last-Event-ID. */
const STALLED_CLIENT_TIMEOUT_MS = 30_000;
/** Longest Last-Event-ID taken. */
const MAX_EVENT_ID_LENGTH_CHARS = 128;

/** One server-sent event (https://html.spec.whatwg.org/multipage/server-sent-events.html). */
export interface StreamedEvent {
  /** What a client sends back as Last-Event-ID to go on after this event. */
  readonly id: string;
  readonly event?: string;
  /** Sent as JSON. */
  readonly data: unknown;
}

/** Events after `lastEventId` (undefined: from where a new client starts), ending when `signal` aborts. */
export type EventSource = (
  lastEventId: string | undefined,
  signal: AbortSignal,
) => AsyncIterable<StreamedEvent>;

export interface EventStreamOptions {
  readonly heartbeatIntervalMs?: number;
}

declare module 'fastify' {
  interface FastifyReply {
    /**
     * Answers with a stream of server-sent events; ends when the client goes or the service stops.
     * @throws ProblemError VALIDATION_FAILED before anything is answered: the Last-Event-ID is none
     */
    sendEvents(source: EventSource, options?: EventStreamOptions): Promise<void>;
  }
}

/** Adds `reply.sendEvents`; open streams end when the service stops. */
export function installEventStreams(app: FastifyInstance): void {
  const open = new Set<AbortController>();
  app.addHook('preClose', async () => {
    for (const stream of open) stream.abort();
  });
  app.decorateReply('sendEvents', async function (this: FastifyReply, source, options = {}) {
    // Before the head of the answer is out: an id that nobody gave out means neither the beginning nor the end.
    const lastEventId = lastEventIdOf(this.request);
    const stream = new AbortController();
    open.add(stream);
    try {
      await runStream(
        this,
        (signal) => source(lastEventId, signal),
        stream,
        options.heartbeatIntervalMs ?? HEARTBEAT_INTERVAL_MS,
      );
    } finally {
      open.delete(stream);
      stream.abort();
    }
  } satisfies FastifyReply['sendEvents']);
}

async function runStream(
  reply: FastifyReply,
  events: (signal: AbortSignal) => AsyncIterable<StreamedEvent>,
  stream: AbortController,
  heartbeatIntervalMs: number,
): Promise<void> {
  const { raw, request } = reply;
  raw.once('close', () => stream.abort());
  reply.hijack();
  raw.writeHead(200, {
    ...(reply.getHeaders() as Record<string, string>),
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    // nginx buffers responses unless told otherwise.
    'x-accel-buffering': 'no',
  });
  raw.flushHeaders();
  reply.streamedAfterMs = reply.elapsedTime;
  const heartbeat = setInterval(() => {
    // A stalled client gets no heartbeats on top of what it does not read.
    if (!raw.writableNeedDrain) raw.write(':\n\n');
  }, heartbeatIntervalMs);
  try {
    for await (const event of events(stream.signal)) {
      if (stream.signal.aborted) break;
      if (!raw.write(format(event))) await drained(reply, stream.signal);
    }
  } catch (err) {
    if (!stream.signal.aborted) request.log.error({ err }, 'event stream failed; the client will resume');
  } finally {
    clearInterval(heartbeat);
    raw.end();
  }
}

async function drained(reply: FastifyReply, signal: AbortSignal): Promise<void> {
  const deadline = AbortSignal.timeout(STALLED_CLIENT_TIMEOUT_MS);
  try {
    await once(reply.raw, 'drain', { signal: AbortSignal.any([signal, deadline]) });
  } catch (error) {
    if (deadline.aborted) reply.raw.destroy();
    throw error;
  }
}

function lastEventIdOf(request: FastifyRequest): string | undefined {
  const id = request.headers['last-event-id'];
  if (id === undefined || id === '') return undefined;
  if (typeof id === 'string' && id.length <= MAX_EVENT_ID_LENGTH_CHARS) return id;
  throw new ProblemError(
    'VALIDATION_FAILED',
    `headers/last-event-id must be one of at most ${MAX_EVENT_ID_LENGTH_CHARS} characters: send what the stream sent`,
  );
}

function format({ id, event, data }: StreamedEvent): string {
  const oneLine = (text: string) => text.replace(/[\r\n\0]/g, ' ');
  const name = event === undefined ? '' : `event: ${oneLine(event)}\n`;
  return `id: ${oneLine(id)}\n${name}data: ${JSON.stringify(data)}\n\n`;
}
