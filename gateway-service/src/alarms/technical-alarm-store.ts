import type { Database } from '@careledger/service-kit';

/**
 * Why an alarm is not on its way as it should be: an authority cannot be told in time; a record of an emergency cannot be
 * made; the ledgers refused it for good; it is too large to be sent directly. And that this gateway and both ledgers do not
 * have one key for the patient's records: what is wrapped to another one the patient may not read.
 */
export const TECHNICAL_CAUSES = [
  'notice-undelivered',
  'notice-too-large',
  'record-unmade',
  'record-refused',
  'records-key-differs',
] as const;
export type TechnicalCause = (typeof TECHNICAL_CAUSES)[number];

/** A technical alarm of the gateway's own: somebody may not hear of a danger, or not read. Times in milliseconds, gateway's clock. */
export interface TechnicalAlarm {
  readonly alarmNo: number;
  readonly patientNo: number;
  readonly cause: TechnicalCause;
  /** Who or what: an authority, an episode, what a key is for. */
  readonly subject: string;
  readonly raisedMs: number;
  /** Null while it lasts. */
  readonly endedMs: number | null;
}

const COLUMNS = `alarm_no AS alarmNo, patient_no AS patientNo, cause, subject, raised_ms AS raisedMs, ended_ms AS endedMs`;

/** Alarms about the way of alarms. What writes must run within a transaction of the gateway's store. */
export class TechnicalAlarmStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** One that lasts is not raised again. */
  raise({ patientNo, cause, subject, raisedMs }: Omit<TechnicalAlarm, 'alarmNo' | 'endedMs'>): void {
    this.#database
      .prepare(
        `INSERT INTO technical_alarms (patient_no, cause, subject, raised_ms) VALUES (?, ?, ?, ?)
         ON CONFLICT DO NOTHING`,
      )
      .run(patientNo, cause, subject, raisedMs);
  }

  end(alarmNo: number, endedMs: number): void {
    this.#database
      .prepare('UPDATE technical_alarms SET ended_ms = ? WHERE alarm_no = ? AND ended_ms IS NULL')
      .run(endedMs, alarmNo);
  }

  /** What is not so any more. */
  endOf(
    { patientNo, cause, subject }: Pick<TechnicalAlarm, 'patientNo' | 'cause' | 'subject'>,
    endedMs: number,
  ): void {
    this.#database
      .prepare(
        `UPDATE technical_alarms SET ended_ms = ?
         WHERE patient_no = ? AND cause = ? AND subject = ? AND ended_ms IS NULL`,
      )
      .run(endedMs, patientNo, cause, subject);
  }

  /** Whether it is so. */
  lasts({ patientNo, cause, subject }: Pick<TechnicalAlarm, 'patientNo' | 'cause' | 'subject'>): boolean {
    const where = 'WHERE patient_no = ? AND cause = ? AND subject = ? AND ended_ms IS NULL';
    return this.#all(where, patientNo, cause, subject).length > 0;
  }

  get(alarmNo: number): TechnicalAlarm | undefined {
    return this.#all('WHERE alarm_no = ?', alarmNo)[0];
  }

  /** Those that last. */
  open(cause: TechnicalCause): TechnicalAlarm[] {
    return this.#all('WHERE ended_ms IS NULL AND cause = ?', cause);
  }

  /** A patient's that last, and those that ended since a time; the newest first. */
  list(patientNo: number, endedAfterMs: number): TechnicalAlarm[] {
    return this.#all(
      'WHERE patient_no = ? AND (ended_ms IS NULL OR ended_ms > ?) ORDER BY alarm_no DESC LIMIT 100',
      patientNo,
      endedAfterMs,
    );
  }

  #all(where: string, ...values: (number | string)[]): TechnicalAlarm[] {
    const rows = this.#database.prepare(`SELECT ${COLUMNS} FROM technical_alarms ${where}`).all(...values);
    return rows as unknown as TechnicalAlarm[];
  }
}
