import { createParser, type EventSourceMessage } from 'eventsource-parser';
import type { ListNoticesData } from './generated/authority/index.js';
import { send, type Fetch } from './in-flight.js';
import { problemError } from './problem.js';
import { isNetworkFailure, wait } from './retry.js';

/** A notice of an authority. */
export interface Notice {
  /** To go on after it, as `lastEventId`. */
  readonly id: string;
  /** `record`, `emergency`, `acknowledgement`, `subscription`, `policy`, `visit` or `fork`. */
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface FollowOptions {
  /** Address of the authority's API. */
  readonly url: string;
  readonly token: string;
  /** Which notices, for whom, and from where on: `after: 0` from the first that the authority has. */
  readonly query?: ListNoticesData['query'];
  /** The last notice that was worked through before; the stream goes on after it, whatever `query` says. */
  readonly lastEventId?: string;
  /** Ends the stream. */
  readonly signal?: AbortSignal;
  /** Called each time that a connection stands: what happens from now on will be told. */
  readonly onOpen?: () => void;
  readonly fetch?: Fetch;
  /** Wait before a lost stream is opened again; it doubles up to ten seconds while nobody is there. */
  readonly reconnectDelayMs?: number;
}

const RECONNECT_DELAY_MS = 300;
const MAX_RECONNECT_DELAY_MS = 10_000;
/** The service sends a comment every 15 seconds: a connection that is silent for so long is dead. */
const SILENCE_MAX_MS = 45_000;
/** A request that was wrong stays wrong; everything else passes. */
const isFinal = (status: number): boolean =>
  status >= 400 && status < 500 && status !== 408 && status !== 429;

/**
 * Notices as they come, until the signal: opens the stream again when it breaks, and goes on after the last notice, so that
 * none is missed. The generated `listNotices` does not serve here: it keeps the ids to itself, and asks for ever where a
 * token is wrong.
 * @throws ProblemError when the authority does not want to tell, e.g. UNAUTHENTICATED
 */
export async function* followNotices(options: FollowOptions): AsyncGenerator<Notice, void> {
  const { signal = new AbortController().signal, reconnectDelayMs = RECONNECT_DELAY_MS } = options;
  let lastId = options.lastEventId;
  let delayMs = reconnectDelayMs;
  while (!signal.aborted) {
    const connection = new AbortController();
    const end = () => connection.abort();
    signal.addEventListener('abort', end);
    try {
      const response = await open(options, lastId, connection.signal);
      if (response !== undefined) {
        delayMs = reconnectDelayMs;
        options.onOpen?.();
        for await (const notice of read(response, connection)) {
          lastId = notice.id;
          yield notice;
        }
      }
    } catch (error) {
      if (!connection.signal.aborted && !isNetworkFailure(error)) throw error;
    } finally {
      signal.removeEventListener('abort', end);
      // Whoever leaves the loop leaves the stream.
      connection.abort();
    }
    // An end of it is no error.
    await wait(delayMs, signal).catch(() => undefined);
    delayMs = Math.min(delayMs * 2, MAX_RECONNECT_DELAY_MS);
  }
}

/** Undefined where it is worth asking again. @throws ProblemError */
async function open(
  { url, token, query = {}, fetch = globalThis.fetch }: FollowOptions,
  lastId: string | undefined,
  signal: AbortSignal,
): Promise<Response | undefined> {
  const address = new URL('/v1/notices', url);
  for (const [name, value] of Object.entries(query))
    if (value !== undefined) address.searchParams.set(name, String(value));
  const request = new Request(address, {
    signal,
    headers: {
      accept: 'text/event-stream',
      authorization: `Bearer ${token}`,
      ...(lastId !== undefined && { 'last-event-id': lastId }),
    },
  });
  const response = await send(fetch, request);
  if (response.ok) return response;
  const text = await response.text();
  if (isFinal(response.status)) throw problemError(request, response, parsed(text));
  return undefined;
}

/** The events of one connection. */
async function* read({ body }: Response, connection: AbortController): AsyncGenerator<Notice, void> {
  if (body === null) return;
  const events: EventSourceMessage[] = [];
  const parser = createParser({ onEvent: (event) => events.push(event) });
  const reader = body.getReader();
  // Whoever ends the connection is not left to what a runtime makes of the request's signal.
  connection.signal.addEventListener('abort', () => void reader.cancel().catch(() => undefined));
  const decoder = new TextDecoder();
  for (;;) {
    const silence = setTimeout(() => connection.abort(), SILENCE_MAX_MS);
    const { done, value } = await reader.read().finally(() => clearTimeout(silence));
    if (done) return;
    parser.feed(decoder.decode(value, { stream: true }));
    for (const { id = '', event = 'message', data } of events.splice(0))
      yield { id, type: event, data: JSON.parse(data) as Record<string, unknown> };
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
