import type { Authority, Notice } from '@careledger/client';

/** A notice as it came, with the time at which it did. */
export interface ReceivedNotice extends Notice {
  readonly arrivedMs: number;
}

/** Every notice that an authority tells from some time on, kept. */
export class NoticeInbox implements AsyncDisposable {
  readonly received: ReceivedNotice[] = [];
  readonly #abort = new AbortController();
  readonly #opened = Promise.withResolvers<void>();
  readonly #done: Promise<void>;

  private constructor(authority: Authority, after: number | undefined) {
    this.#done = this.#follow(authority, after);
    // Whoever has the inbox hears of it by `opened`, or when closing it.
    this.#done.catch((error: unknown) => this.#opened.reject(error));
  }

  /** Resolves once the stream is open. `after`: begin behind this notice, 0 for all; else with what comes next. */
  static async open(authority: Authority, after?: number): Promise<NoticeInbox> {
    const inbox = new NoticeInbox(authority, after);
    await inbox.#opened.promise;
    return inbox;
  }

  async #follow(authority: Authority, after: number | undefined): Promise<void> {
    const notices = authority.followNotices({
      query: after === undefined ? {} : { after },
      signal: this.#abort.signal,
      onOpen: () => this.#opened.resolve(),
    });
    for await (const notice of notices) this.received.push({ ...notice, arrivedMs: Date.now() });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#abort.abort();
    await this.#done;
  }
}
