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
  patient_acknowledged_ms AS patientAcknowledgedMs`;

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
  told(
    episodeId: string,
    { recordId, version }: { readonly recordId: string; readonly version: number },
  ): void {
    this.#database
      .prepare(`UPDATE alarm_calls SET record_id = ?, version = coalesce(version, ?) WHERE episode_id = ?`)
      .run(recordId, version, episodeId);
  }

  call(episodeId: string): AlarmCall | undefined {
    return this.#database
      .prepare(`SELECT ${CALL_COLUMNS} FROM alarm_calls WHERE episode_id = ?`)
      .get(episodeId) as AlarmCall | undefined;
  }

  /** Keeps it for good; the newest call is acknowledged where it tells of that. Once for each statement. */
  acknowledge(acknowledgement: AlarmAcknowledgement): void {
    const { episodeId, patientNo, authorityId, practitionerId, version } = acknowledgement;
    const { acknowledgedMs, receivedMs, statement } = acknowledgement;
    this.#database
      .prepare(
        `INSERT INTO alarm_acknowledgements (patient_no, episode_id, authority_id, practitioner_id, version,
           acknowledged_ms, received_ms, statement) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
      )
      .run(
        ...[patientNo, episodeId, authorityId, practitionerId, version],
        ...[acknowledgedMs, receivedMs, statement],
      );
    if (authorityId === null)
      this.#database
        .prepare('UPDATE alarm_calls SET patient_acknowledged_ms = ? WHERE episode_id = ?')
        .run(receivedMs, episodeId);
    else
      this.#database
        .prepare(
          `UPDATE alarm_calls SET acknowledged_ms = coalesce(acknowledged_ms, ?)
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
