import type { Database } from '@careledger/service-kit';

/** How often an alarm has called, and whether its newest call was acknowledged. Times in milliseconds, gateway's clock. */
export interface AlarmCall {
  readonly episodeId: string;
  readonly patientNo: number;
  readonly call: number;
  readonly calledMs: number;
  readonly recordId: string | null;
  /** First version of the record that tells of the newest call; null until it is made. */
  readonly version: number | null;
  readonly acknowledgedMs: number | null;
  readonly patientAcknowledgedMs: number | null;
  /** The highest rank of recipients that was told; null before the first was. */
  readonly rank: number | null;
  /** When the next rank is told unless somebody acknowledges; null where nobody is next. */
  readonly nextMs: number | null;
}

/** A version of an alarm's record, as it goes to recipients. */
export interface ToldVersion {
  readonly recordId: string;
  readonly version: number;
  /** Null: to nobody. */
  readonly rank: number | null;
  /** When the next recipients are told of a call that no version told of before. */
  readonly nextMs: number | null;
}

/** Somebody's signed word that an alarm was seen. */
export interface AlarmAcknowledgement {
  readonly episodeId: string;
  readonly patientNo: number;
  /** Null: by the patient. */
  readonly authorityId: string | null;
  readonly practitionerId: string | null;
  readonly version: number | null;
  readonly acknowledgedMs: number;
  readonly receivedMs: number;
  readonly statement: string;
}

const CALL_COLUMNS = `episode_id AS episodeId, patient_no AS patientNo, call, called_ms AS calledMs,
  record_id AS recordId, version, acknowledged_ms AS acknowledgedMs,
  patient_acknowledged_ms AS patientAcknowledgedMs, rank, next_ms AS nextMs`;

/** Calls of alarms and their acknowledgements. What writes must run within a transaction of the gateway's store. */
export class AlarmStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** An alarm was raised, confirmed or escalated: nobody has acknowledged that yet. */
  called({ episodeId, patientNo }: Pick<AlarmCall, 'episodeId' | 'patientNo'>, calledMs: number): void {
    this.#database
      .prepare(
        `INSERT INTO alarm_calls (episode_id, patient_no, call, called_ms) VALUES (?, ?, 1, ?)
         ON CONFLICT (episode_id) DO UPDATE SET call = call + 1, called_ms = excluded.called_ms, version = NULL,
           acknowledged_ms = NULL, patient_acknowledged_ms = NULL`,
      )
      .run(episodeId, patientNo, calledMs);
  }

  /** A version of its record was made that tells of all its calls. */
  told(episodeId: string, { recordId, version, rank, nextMs }: ToldVersion): void {
    this.#database
      .prepare(
        `UPDATE alarm_calls SET record_id = ?, version = coalesce(version, ?), rank = coalesce(?, rank),
           next_ms = CASE WHEN version IS NULL THEN ? ELSE next_ms END WHERE episode_id = ?`,
      )
      .run(recordId, version, rank, nextMs, episodeId);
  }

  /** Alarms whose next recipients are to be told by now, what waits longest first. */
  toEscalate(nowMs: number, limit: number): AlarmCall[] {
    const rows = this.#database
      .prepare(
        `SELECT ${CALL_COLUMNS} FROM alarm_calls WHERE next_ms <= ? AND acknowledged_ms IS NULL
         ORDER BY next_ms LIMIT ?`,
      )
      .all(nowMs, limit);
    return rows as unknown as AlarmCall[];
  }

  /** Its recipients up to a rank are told. @param nextMs when the next are; null: nobody is next, or nobody has to be */
  setRank(
    { episodeId, call }: Pick<AlarmCall, 'episodeId' | 'call'>,
    rank: number | null,
    nextMs: number | null,
  ): void {
    this.#database
      .prepare('UPDATE alarm_calls SET rank = ?, next_ms = ? WHERE episode_id = ? AND call = ?')
      .run(rank, nextMs, episodeId, call);
  }

  /** Nobody of those told has it: the next recipients are told now, whatever its priority. */
  escalateNow(recordId: string, nowMs: number): void {
    this.#database
      .prepare(
        `UPDATE alarm_calls SET next_ms = min(coalesce(next_ms, ?1), ?1)
         WHERE record_id = ?2 AND acknowledged_ms IS NULL`,
      )
      .run(nowMs, recordId);
  }

  call(episodeId: string): AlarmCall | undefined {
    return this.#database
      .prepare(`SELECT ${CALL_COLUMNS} FROM alarm_calls WHERE episode_id = ?`)
      .get(episodeId) as AlarmCall | undefined;
  }

  /**
   * Keeps it for good; the newest call is acknowledged where it tells of that. Once for each statement: one that comes again
   * does not acknowledge what was called since.
   */
  acknowledge(acknowledgement: AlarmAcknowledgement): void {
    const { episodeId, patientNo, authorityId, practitionerId, version } = acknowledgement;
    const { acknowledgedMs, receivedMs, statement } = acknowledgement;
    const { changes } = this.#database
      .prepare(
        `INSERT INTO alarm_acknowledgements (patient_no, episode_id, authority_id, practitioner_id, version,
           acknowledged_ms, received_ms, statement) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
      )
      .run(
        ...[patientNo, episodeId, authorityId, practitionerId, version],
        ...[acknowledgedMs, receivedMs, statement],
      );
    if (changes === 0) return;
    if (authorityId === null)
      this.#database
        .prepare('UPDATE alarm_calls SET patient_acknowledged_ms = ? WHERE episode_id = ?')
        .run(receivedMs, episodeId);
    else
      this.#database
        .prepare(
          `UPDATE alarm_calls SET acknowledged_ms = coalesce(acknowledged_ms, ?), next_ms = NULL
           WHERE episode_id = ? AND version IS NOT NULL AND version <= ?`,
        )
        .run(receivedMs, episodeId, version);
  }

  /** The oldest first. */
  acknowledgements(episodeId: string): AlarmAcknowledgement[] {
    const rows = this.#database
      .prepare(
        `SELECT episode_id AS episodeId, patient_no AS patientNo, authority_id AS authorityId,
           practitioner_id AS practitionerId, version, acknowledged_ms AS acknowledgedMs, received_ms AS receivedMs,
           statement
         FROM alarm_acknowledgements WHERE episode_id = ? ORDER BY acknowledgement_no`,
      )
      .all(episodeId);
    return rows as unknown as AlarmAcknowledgement[];
  }
}
