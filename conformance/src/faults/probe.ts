import { isNetworkFailure } from '../rig/api-client.js';

/** One call of a client, from its start to its answer. */
export interface Attempt {
  readonly startedMs: number;
  readonly tookMs: number;
  /** Code of the problem that the client got; undefined: it got what it asked for. */
  readonly error: string | undefined;
}

/**
 * A client that asks at a steady pace, whether or not earlier calls have been answered, and never asks again: it counts
 * what a person would have seen.
 */
export class Probe implements AsyncDisposable {
  readonly #attempts: Attempt[] = [];
  readonly #underWay = new Set<Promise<void>>();
  readonly #timer: NodeJS.Timeout;

  constructor(
    intervalMs: number,
    readonly ask: () => Promise<unknown>,
  ) {
    this.#timer = setInterval(() => {
      const attempt: Promise<void> = this.#attempt().finally(() => this.#underWay.delete(attempt));
      this.#underWay.add(attempt);
    }, intervalMs);
  }

  /** Every call that was started in this time, once all of them have been answered. */
  async startedWithin(fromMs: number, toMs: number): Promise<Attempt[]> {
    await Promise.all(this.#underWay);
    return this.#attempts.filter(({ startedMs }) => startedMs >= fromMs && startedMs < toMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#underWay);
  }

  async #attempt(): Promise<void> {
    const startedMs = Date.now();
    let error: string | undefined;
    try {
      await this.ask();
    } catch (caught) {
      error = codeOf(caught);
    }
    this.#attempts.push({ startedMs, tookMs: Date.now() - startedMs, error });
  }
}

function codeOf(error: unknown): string {
  if (isNetworkFailure(error)) return 'NOBODY_ANSWERS';
  const { code, message } = error as { code?: unknown; message?: unknown };
  return typeof code === 'string' ? code : String(message);
}
