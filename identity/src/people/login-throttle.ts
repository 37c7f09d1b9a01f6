/** Wrong passwords that a user may have before the next one has to wait. */
const FREE_FAILURES = 5;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;
/** Names that are remembered; the oldest goes first. */
const NAMES_MAX = 10_000;

interface Failures {
  readonly count: number;
  readonly untilMs: number;
}

/** Slows down whoever guesses the password of a name, whether there is such a user or not. */
export class LoginThrottle {
  readonly #failures = new Map<string, Failures>();

  constructor(readonly clock: () => number = Date.now) {}

  /** Seconds until the name may be tried again; 0 for now. */
  waitS(username: string): number {
    const untilMs = this.#failures.get(username)?.untilMs ?? 0;
    return Math.max(0, Math.ceil((untilMs - this.clock()) / 1_000));
  }

  failed(username: string): void {
    const count = (this.#failures.get(username)?.count ?? 0) + 1;
    const over = count - FREE_FAILURES;
    const waitMs = over < 0 ? 0 : Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** over);
    this.#failures.delete(username);
    this.#failures.set(username, { count, untilMs: this.clock() + waitMs });
    const [oldest] = this.#failures.keys();
    if (this.#failures.size > NAMES_MAX && oldest !== undefined) this.#failures.delete(oldest);
  }

  succeeded(username: string): void {
    this.#failures.delete(username);
  }
}
