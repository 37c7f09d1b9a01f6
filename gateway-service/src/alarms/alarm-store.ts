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

  /** Records of alarms whose next recipients are to be told by now, what waits longest first. */
  toEscalate(nowMs: number, limit: number): string[] {
    const rows = this.#database
      .prepare(
        `SELECT record_id AS recordId FROM alarm_calls WHERE next_ms <= ? AND acknowledged_ms IS NULL
         GROUP BY record_id ORDER BY min(next_ms) LIMIT ?`,
      )
      .all(nowMs, limit);
    return (rows as { recordId: string | null }[]).flatMap(({ recordId }) => recordId ?? []);
  }

  /**
   * Recipients up to a rank are told of these alarms of one record.
   * @param nextMs when the next are, of those that nobody acknowledged: once for all of them; null: nobody is next
   */
  setRank(calls: readonly AlarmCall[], rank: number | null, nextMs: number | null): void {
    const set = this.#database.prepare(
      `UPDATE alarm_calls SET rank = ?, next_ms = CASE WHEN next_ms IS NULL THEN NULL ELSE ? END
       WHERE episode_id = ? AND call = ? AND acknowledged_ms IS NULL`,
    );
    for (const { episodeId, call } of calls) set.run(rank, nextMs, episodeId, call);
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

  /** The newest call of each alarm of which a record tells. */
  ofRecord(recordId: string): AlarmCall[] {
    const rows = this.#database
      .prepare(`SELECT ${CALL_COLUMNS} FROM alarm_calls WHERE record_id = ? ORDER BY episode_id`)
      .all(recordId);
    return rows as unknown as AlarmCall[];
  }

  rankOf(episodeIds: readonly string[]): number | null {
    const ranks = episodeIds.flatMap((episodeId) => this.call(episodeId)?.rank ?? []);
    return ranks.length === 0 ? null : Math.max(...ranks);
  }

  call(episodeId: string): AlarmCall | undefined {
    return this.#database
      .prepare(`SELECT ${CALL_COLUMNS} FROM alarm_calls WHERE episode_id = ?`)
      .get(episodeId) as AlarmCall | undefined;
  }

  /**
   * Keeps it for good. A recipient's acknowledges the newest call of each alarm of which that version of the record tells; the
   * patient's that of the alarm alone. Once for each statement: one that comes again does not acknowledge what was called
   * since.
   * @param recordId what the recipient was told
   */
  acknowledge(acknowledgement: AlarmAcknowledgement, recordId: string | null = null): void {
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
           WHERE record_id = ? AND version IS NOT NULL AND version <= ?`,
        )
        .run(receivedMs, recordId, version);
  }

  /**
   * Of an alarm, the oldest first: the patient's of it, and those of recipients of the record that tells of it.
   * @param leadId the alarm that the record is named by
   */
  acknowledgements(episodeId: string, leadId: string): AlarmAcknowledgement[] {
    const rows = this.#database
      .prepare(
        `SELECT episode_id AS episodeId, patient_no AS patientNo, authority_id AS authorityId,
           practitioner_id AS practitionerId, version, acknowledged_ms AS acknowledgedMs, received_ms AS receivedMs,
           statement
         FROM alarm_acknowledgements WHERE episode_id = ? OR (episode_id = ? AND authority_id IS NOT NULL)
         ORDER BY acknowledgement_no`,
      )
      .all(episodeId, leadId);
    return rows as unknown as AlarmAcknowledgement[];
  }
}
