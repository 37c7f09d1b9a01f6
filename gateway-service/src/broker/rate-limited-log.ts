import type { Logger } from '@careledger/service-kit';

/** Lines of one kind in `INTERVAL_MS`; further ones are counted. */
const LINES_MAX = 10;
const INTERVAL_MS = 60_000;

type Level = 'info' | 'warn';

/**
 * A log for what strangers can cause at will: of each kind a few lines a minute are written, the first of the next minute
 * says how many were not. Kinds must be few.
 */
export class RateLimitedLog {
  readonly #logger: Pick<Logger, Level>;
  readonly #clock: () => number;
  readonly #kinds = new Map<string, { sinceMs: number; lines: number; suppressed: number }>();

  constructor(logger: Pick<Logger, Level>, clock: () => number = Date.now) {
    this.#logger = logger;
    this.#clock = clock;
  }

  write(level: Level, kind: string, details: Readonly<Record<string, unknown>>, message: string): void {
    const nowMs = this.#clock();
    const known = this.#kinds.get(kind);
    const isNew = known === undefined || Math.abs(nowMs - known.sinceMs) >= INTERVAL_MS;
    const state = isNew ? { sinceMs: nowMs, lines: 0, suppressed: 0 } : known;
    if (isNew) this.#kinds.set(kind, state);
    if (state.lines >= LINES_MAX) {
      state.suppressed += 1;
      return;
    }
    state.lines += 1;
    const suppressed = isNew ? (known?.suppressed ?? 0) : 0;
    this.#logger[level]({ ...details, ...(suppressed > 0 && { suppressed }) }, message);
  }
}
