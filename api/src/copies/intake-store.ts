import type { AnnouncedRecordState } from '@careledger/contracts';
import type { Store } from '../store/store.js';

/** An announced version that is to be copied. */
export interface WaitingVersion {
  readonly place: number;
  readonly record: AnnouncedRecordState;
  /** How often it was asked for in vain. */
  readonly attempts: number;
  /** Whether it was announced before the grant that lets a copy be kept. */
  readonly isFormer: boolean;
}

/** By {@link versionKey}, as the ledger has them by now. */
export type ToldVersions = Map<string, AnnouncedRecordState>;
export const versionKey = ({ recordId, version }: Pick<AnnouncedRecordState, 'recordId' | 'version'>) =>
  `${recordId}/${version}`;

/** Announced versions that wait to be copied, on disk. Writing only within `store.commit`. */
export class IntakeStore {
  readonly #watches = new Set<ToldVersions>();

  constructor(readonly store: Store) {}

  /** What is told of versions from now on, until disposed of: what is fetched meanwhile may be older. */
  watch(): ToldVersions & Disposable {
    const told: ToldVersions = new Map();
    this.#watches.add(told);
    return Object.assign(told, { [Symbol.dispose]: () => void this.#watches.delete(told) });
  }

  /** In the place of earlier versions; nothing where a later one waits. */
  add(record: AnnouncedRecordState, nowMs: number, { isFormer = false } = {}): void {
    const { patientId, recordId, version } = record;
    if (this.hasLater(record)) return;
    this.store.run('DELETE FROM copy_intake WHERE record_id = ? AND version < ?', recordId, version);
    this.store.run(
      `INSERT INTO copy_intake (patient_id, record_id, version, state, due_ms, former) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET state = excluded.state, former = min(former, excluded.former)`,
      ...[patientId, recordId, version, JSON.stringify(record), nowMs, Number(isFormer)],
    );
  }

  /** Whether a later version of the record waits. */
  hasLater({ recordId, version }: Pick<AnnouncedRecordState, 'recordId' | 'version'>): boolean {
    const sql = 'SELECT 1 FROM copy_intake WHERE record_id = ? AND version > ?';
    return this.store.get(sql, recordId, version) !== undefined;
  }

  /** What the ledger has of a version that waits differs from before. */
  retag(record: AnnouncedRecordState): void {
    for (const told of this.#watches) told.set(versionKey(record), record);
    this.store.run(
      'UPDATE copy_intake SET state = ? WHERE record_id = ? AND version = ?',
      ...[JSON.stringify(record), record.recordId, record.version],
    );
  }

  /** As the ledger has it, as far as was heard; undefined where it does not wait any more. */
  recordOf({ place }: WaitingVersion): AnnouncedRecordState | undefined {
    const row = this.store.get<{ state: string }>('SELECT state FROM copy_intake WHERE place = ?', place);
    return row && (JSON.parse(row.state) as AnnouncedRecordState);
  }

  /** Those that are due, all of one patient: the oldest, and what was announced before the grant after all others. */
  due(nowMs: number, limit: number): WaitingVersion[] {
    return this.store
      .all<{ place: number; state: string; attempts: number; former: number }>(
        `SELECT place, state, attempts, former FROM copy_intake
         WHERE due_ms <= ?1 AND patient_id =
           (SELECT patient_id FROM copy_intake WHERE due_ms <= ?1 ORDER BY former, place LIMIT 1)
         ORDER BY former, place LIMIT ?2`,
        nowMs,
        limit,
      )
      .map(({ place, state, attempts, former }) => ({
        ...{ place, attempts, isFormer: former === 1 },
        record: JSON.parse(state) as AnnouncedRecordState,
      }));
  }

  /** How many of a patient wait, and how many of these were announced before the grant. */
  count(patientId: string): { readonly all: number; readonly former: number } {
    return (
      this.store.get<{ all: number; former: number }>(
        'SELECT count(*) AS "all", coalesce(sum(former), 0) AS former FROM copy_intake WHERE patient_id = ?',
        patientId,
      ) ?? { all: 0, former: 0 }
    );
  }

  /** What was announced before the grant is not asked for until then. */
  holdFormer(patientId: string, dueMs: number): void {
    this.store.run(
      'UPDATE copy_intake SET due_ms = max(due_ms, ?) WHERE patient_id = ? AND former = 1',
      dueMs,
      patientId,
    );
  }

  done({ place }: WaitingVersion): void {
    this.store.run('DELETE FROM copy_intake WHERE place = ?', place);
  }

  again({ place }: WaitingVersion, dueMs: number): void {
    this.store.run(
      'UPDATE copy_intake SET attempts = attempts + 1, due_ms = ? WHERE place = ?',
      dueMs,
      place,
    );
  }

  forget(patientId: string): void {
    this.store.run('DELETE FROM copy_intake WHERE patient_id = ?', patientId);
  }
}
