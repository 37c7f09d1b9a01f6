import { setImmediate as nextTurn } from 'node:timers/promises';
import { canonicalJson, sha256, toBase64url, utf8 } from '@careledger/crypto';
import { ACCESS_COLUMNS, type LoggedAccess } from '../access/access-log.js';
import type { SealedBox } from '../store/sealed-box.js';
import type { Store } from '../store/store.js';

/** Before the day and its salt, in the first hash of a day (`spec/grants.md`). */
const LABEL = 'careledger/reading-log/v1\0';
/** Lines that are read at a time. */
const LINES_PER_PAGE = 500;

/** One day of the log, as it is now. */
export interface ReadingDay {
  /** UTC, `2026-05-05`. */
  readonly day: string;
  readonly lines: number;
  /** 32 bytes, base64url: without it nobody tells from the hash what is in the log. */
  readonly salt: string;
  /** Of all lines in their order, base64url. */
  readonly hash: string;
}

/** Who read the copies that this authority keeps, by days (UTC). */
export class ReadingLog {
  constructor(
    readonly store: Store,
    readonly box: SealedBox,
  ) {}

  /** Days after one ('' for the first) of which there is a line, in their order. */
  daysAfter(day: string, limit: number): string[] {
    return this.store
      .all<{ day: string }>(
        `SELECT DISTINCT substr(asked_at, 1, 10) AS day FROM accesses WHERE basis = 'copy' AND asked_at >= ?
         ORDER BY day LIMIT ?`,
        day === '' ? '' : dayAfter(day),
        limit,
      )
      .map((row) => row.day);
  }

  /** Over all lines of the day: a chain of hashes that begins with day and salt. */
  async of(day: string): Promise<ReadingDay> {
    // Always the same: a store that has lost what it anchored still says by what the anchor was made.
    const salt = this.box.mac('reading_days.salt', day);
    let hash = sha256(Buffer.concat([utf8(`${LABEL}${day}\0`), salt]));
    let lines = 0;
    for (let afterId = 0; ;) {
      const page = this.#lines(day, afterId);
      for (const row of page) hash = sha256(Buffer.concat([hash, sha256(utf8(canonicalJson(lineOf(row))))]));
      lines += page.length;
      afterId = page.at(-1)?.id ?? afterId;
      if (page.length < LINES_PER_PAGE)
        return { day, lines, salt: toBase64url(salt), hash: toBase64url(hash) };
      await nextTurn();
    }
  }

  #lines(day: string, afterId: number): LoggedAccess[] {
    return this.store.all(
      `SELECT ${ACCESS_COLUMNS} FROM accesses
       WHERE basis = 'copy' AND asked_at >= ? AND asked_at < ? AND id > ? ORDER BY id LIMIT ?`,
      ...[day, dayAfter(day), afterId, LINES_PER_PAGE],
    );
  }
}

/** As the audit shows it: without its place in this store. */
const lineOf = (row: LoggedAccess): object =>
  Object.fromEntries(Object.entries(row).filter(([name]) => name !== 'id'));

const DAY_MS = 24 * 60 * 60_000;
/** A time's day, UTC. */
export const dayOf = (atMs: number): string => new Date(atMs).toISOString().slice(0, 10);
const dayAfter = (day: string): string => dayOf(Date.parse(`${day}T00:00:00Z`) + DAY_MS);
