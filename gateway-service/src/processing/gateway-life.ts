import type { ClosedSpan } from '@careledger/clinical';
import type { Database } from '@careledger/service-kit';

/** Why nothing was heard: it had been stopped, it had ended without a word, or it had not run for a while. */
export const ABSENCE_CAUSES = ['stopped', 'killed', 'stalled'] as const;
export type AbsenceCause = (typeof ABSENCE_CAUSES)[number];

export interface Absence extends ClosedSpan {
  readonly cause: AbsenceCause;
}

interface LifeRow {
  alive_ms: number;
  is_stopped: number;
}

/**
 * When this gateway was there to hear devices. It notes every few seconds that it is; what lies between the last such note,
 * or the last frame that it stored, and its next start is an absence, on record for good. What writes must run within a
 * transaction.
 */
export class GatewayLife {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * The gateway has started.
   * @param lastArrivalMs of the newest stored frame; undefined where there is none
   * @returns the absence that ends with it; undefined at the first start, or if the clock was set back meanwhile
   */
  begin(nowMs: number, lastArrivalMs: number | undefined): Absence | undefined {
    const row = this.#database.prepare('SELECT alive_ms, is_stopped FROM gateway_life').get() as
      LifeRow | undefined;
    const from = Math.max(row?.alive_ms ?? -Infinity, lastArrivalMs ?? -Infinity);
    this.alive(nowMs);
    if (!(from < nowMs) || from === -Infinity) return undefined;
    return this.record({ from, until: nowMs, cause: row?.is_stopped === 1 ? 'stopped' : 'killed' });
  }

  alive(nowMs: number): void {
    this.#put(nowMs, false);
  }

  /** It is about to end, and hears nothing more. */
  stopped(nowMs: number): void {
    this.#put(nowMs, true);
  }

  record(absence: Absence): Absence {
    const { from, until, cause } = absence;
    this.#database
      .prepare('INSERT OR REPLACE INTO gateway_absences (from_ms, until_ms, cause) VALUES (?, ?, ?)')
      .run(from, until, cause);
    return absence;
  }

  /** Newest first. @param before the beginning of the one that the page before ended with */
  page(before: number | undefined, limit: number): Absence[] {
    const rows = this.#database
      .prepare(
        `SELECT from_ms AS "from", until_ms AS until, cause FROM gateway_absences
         WHERE from_ms < ? ORDER BY from_ms DESC LIMIT ?`,
      )
      .all(before ?? Number.MAX_SAFE_INTEGER, limit);
    return rows as unknown as Absence[];
  }

  /** The newest, in order. */
  absences(limit: number): Absence[] {
    return this.page(undefined, limit).reverse();
  }

  #put(nowMs: number, isStopped: boolean): void {
    this.#database
      .prepare('INSERT OR REPLACE INTO gateway_life (id, alive_ms, is_stopped) VALUES (1, ?, ?)')
      .run(nowMs, Number(isStopped));
  }
}
