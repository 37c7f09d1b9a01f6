import type { RunningService } from '@careledger/supervisor';
import { isNetworkFailure } from './api-client.js';
import { EventSourceParserStream } from 'eventsource-parser/stream';

export interface ReceivedNotice {
  readonly id: number;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
  /** `performance.now()` when it was here. */
  readonly atMs: number;
}

/** Follows an api's notices as a client of server-sent events does. */
export class NoticeClient implements AsyncDisposable {
  readonly received: ReceivedNotice[] = [];
  readonly #abort = new AbortController();
  readonly #done: Promise<void>;
  #wake: (() => void)[] = [];

  private constructor(response: Response) {
    this.#done = this.#read(response);
  }

  /**
   * Connected when it resolves. `lastEventId` resumes; `after` begins there; `as` is for whom within the authority.
   * @throws Error with the problem of the service
   */
  static async connect(
    { url, tokens }: RunningService,
    options: {
      readonly lastEventId?: number;
      readonly after?: number;
      readonly token?: string;
      readonly as?: Readonly<Record<string, string>>;
    } = {},
  ): Promise<NoticeClient> {
    const { lastEventId, after, token = tokens.practitioner, as = {} } = options;
    const query = new URLSearchParams({ ...(after !== undefined && { after: String(after) }), ...as });
    const response = await fetch(`${url}/v1/notices?${query}`, {
      headers: {
        authorization: `Bearer ${token}`,
        ...(lastEventId !== undefined && { 'last-event-id': String(lastEventId) }),
      },
    });
    if (!response.ok) throw new Error(`notices: ${response.status} ${await response.text()}`);
    return new NoticeClient(response);
  }

  /** Resolves when the service has ended the stream. */
  get ended(): Promise<void> {
    return this.#done;
  }

  /** The first notice, here or to come, that passes. */
  async next(passes: (notice: ReceivedNotice) => boolean, timeoutMs = 10_000): Promise<ReceivedNotice> {
    const deadline = AbortSignal.timeout(timeoutMs);
    for (;;) {
      const found = this.received.find(passes);
      if (found !== undefined) return found;
      if (deadline.aborted)
        throw new Error(`No such notice came; these did: ${JSON.stringify(this.received)}`);
      await new Promise<void>((resolve) => {
        this.#wake.push(resolve);
        deadline.addEventListener('abort', () => resolve(), { once: true });
      });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#abort.abort();
    await this.#done;
  }

  async #read(response: Response): Promise<void> {
    const { signal } = this.#abort;
    const text = response.body?.pipeThrough(new TextDecoderStream() as never, { signal }) as
      ReadableStream<string> | undefined;
    if (text === undefined) return;
    try {
      for await (const { id, event, data } of text.pipeThrough(new EventSourceParserStream())) {
        this.received.push({
          id: Number(id),
          type: event ?? 'message',
          data: JSON.parse(data) as Record<string, unknown>,
          atMs: performance.now(),
        });
        for (const wake of this.#wake.splice(0)) wake();
      }
    } catch (error) {
      // The service was killed, or this client left: what was received stands.
      if (!signal.aborted && !isNetworkFailure(error)) throw error;
    }
  }
}
