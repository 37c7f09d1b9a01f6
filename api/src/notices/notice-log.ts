import type { Store } from '../store/store.js';
import type { LoggedNotice, NewNotice, NoticeType } from './notice.js';

/** Notices that one read of the log takes. */
const READ_MAX_ROWS = 200;

export interface NoticeFilter {
  readonly patientId?: string;
  readonly types?: readonly NoticeType[];
}

/** The durable log of notices, and what waits for its next entry. */
export class NoticeLog {
  readonly #store: Store;
  /** What readers may see: a notice that is not on disk yet could vanish again. */
  #durableId: number;
  #waiting = new Set<() => void>();

  constructor(store: Store) {
    this.#store = store;
    this.#durableId = this.#lastId();
  }

  /** Id of the newest notice on disk; 0 before the first. */
  get newestId(): number {
    return this.#durableId;
  }

  /**
   * Only within `store.commit`; call `published` once that is durable. Undefined where this source was logged before.
   */
  append({ type, source, patientId, data }: NewNotice): number | undefined {
    if (this.#store.get('SELECT 1 FROM notices WHERE source = ?', source) !== undefined) return undefined;
    return this.#store.insert(
      'INSERT INTO notices (source, type, patient_id, logged_at, data) VALUES (?, ?, ?, ?, ?)',
      source,
      type,
      patientId,
      new Date().toISOString(),
      JSON.stringify(data),
    );
  }

  /** What was logged about a source. */
  ofSource(source: string): Readonly<Record<string, unknown>> | undefined {
    const row = this.#store.get<{ data: string }>('SELECT data FROM notices WHERE source = ?', source);
    return row && (JSON.parse(row.data) as Record<string, unknown>);
  }

  /** Everything committed before is durable: wakes whoever waits for it. */
  published(): void {
    this.#durableId = this.#lastId();
    const waiting = this.#waiting;
    this.#waiting = new Set();
    for (const wake of waiting) wake();
  }

  /** Durable notices after an id, oldest first. */
  after(id: number, { patientId, types }: NoticeFilter = {}): LoggedNotice[] {
    const rows = this.#store.all<LoggedNotice & { data: string }>(
      `SELECT id, type, patient_id AS patientId, logged_at AS loggedAt, data FROM notices
       WHERE id > ?1 AND id <= ?2 AND (?3 IS NULL OR patient_id = ?3)
         AND (?4 IS NULL OR type IN (SELECT value FROM json_each(?4)))
       ORDER BY id LIMIT ${READ_MAX_ROWS}`,
      id,
      this.#durableId,
      patientId ?? null,
      types === undefined ? null : JSON.stringify(types),
    );
    return rows.map(({ data, ...row }) => ({
      ...row,
      data: JSON.parse(data) as Readonly<Record<string, unknown>>,
    }));
  }

  /** Notices after an id, those to come included, until the signal aborts. */
  async *follow(id: number, filter: NoticeFilter, signal: AbortSignal): AsyncGenerator<LoggedNotice, void> {
    let last = id;
    while (!signal.aborted) {
      const upTo = this.#durableId;
      const notices = this.after(last, filter);
      for (const notice of notices) {
        if (signal.aborted) return;
        last = notice.id;
        yield notice;
      }
      // Nothing was logged while nobody looked: only then is there something to wait for.
      if (notices.length === 0 && upTo === this.#durableId) await this.#next(signal);
    }
  }

  #next(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#waiting.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      if (signal.aborted) return resolve();
      this.#waiting.add(wake);
      signal.addEventListener('abort', wake);
    });
  }

  #lastId(): number {
    return this.#store.get<{ id: number | null }>('SELECT max(id) AS id FROM notices')?.id ?? 0;
  }
}
