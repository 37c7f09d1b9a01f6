import { EventSourceParserStream } from 'eventsource-parser/stream';

/** A notice as it came, with the time at which it did. */
export interface ReceivedNotice {
  readonly id: string;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly arrivedMs: number;
}

/** Time before a lost stream is opened again. */
const RECONNECT_DELAY_MS = 300;

/**
 * Follows an authority's `GET /v1/notices` (server-sent events): reconnects by itself and goes on after the last event it
 * has, so that nothing is missed or seen twice.
 */
export class NoticeStream implements AsyncDisposable {
  readonly received: ReceivedNotice[] = [];
  readonly #abort = new AbortController();
  readonly #opened = Promise.withResolvers<void>();
  readonly #done: Promise<void>;
  #lastId: string | undefined;

  private constructor(
    readonly url: string,
    readonly token: string,
    readonly onNotice: (notice: ReceivedNotice) => void,
    readonly after: number | undefined,
  ) {
    this.#done = this.#follow();
  }

  /** Resolves once the stream is open. `after`: begin behind this notice, 0 for all; else with what comes next. */
  static async open(
    url: string,
    token: string,
    onNotice: (notice: ReceivedNotice) => void = () => undefined,
    after?: number,
  ): Promise<NoticeStream> {
    const stream = new NoticeStream(url, token, onNotice, after);
    await stream.#opened.promise;
    return stream;
  }

  async #follow(): Promise<void> {
    const { signal } = this.#abort;
    while (!signal.aborted) {
      try {
        await this.#read(signal);
      } catch (error) {
        // A lost connection is what reconnecting is for; anything else would come again at once, and be seen.
        if (!signal.aborted && !(error instanceof TypeError)) this.#opened.reject(error);
      }
      if (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, RECONNECT_DELAY_MS));
    }
  }

  async #read(signal: AbortSignal): Promise<void> {
    const path = this.after === undefined ? '/v1/notices' : `/v1/notices?after=${this.after}`;
    const response = await fetch(new URL(path, this.url), {
      signal,
      headers: {
        accept: 'text/event-stream',
        authorization: `Bearer ${this.token}`,
        ...(this.#lastId !== undefined && { 'last-event-id': this.#lastId }),
      },
    });
    if (!response.ok || response.body === null)
      throw new Error(`GET /v1/notices answered ${response.status}: ${await response.text()}`);
    this.#opened.resolve();
    const events = response.body
      .pipeThrough(new TextDecoderStream())
      .pipeThrough(new EventSourceParserStream());
    for await (const { id, event, data } of events) {
      if (id !== undefined) this.#lastId = id;
      const notice = {
        id: id ?? '',
        type: event ?? 'message',
        data: JSON.parse(data) as Record<string, unknown>,
        arrivedMs: Date.now(),
      };
      this.received.push(notice);
      this.onNotice(notice);
    }
  }

  async close(): Promise<void> {
    this.#abort.abort();
    await this.#done;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
