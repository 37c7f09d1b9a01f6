import type { Database } from '@careledger/service-kit';

/** The patient's signed word that alarms shall make no sound for a while. Times in milliseconds, gateway's clock. */
export interface Mute {
  readonly patientNo: number;
  readonly untilMs: number;
  readonly receivedMs: number;
  readonly statement: string;
}

/** Mutes, for good: the newest holds. What writes must run within a transaction of the gateway's store. */
export class MuteStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Once for each statement: one that is sent again does not take back what was said after it. */
  add({ patientNo, untilMs, receivedMs, statement }: Mute): void {
    this.#database
      .prepare(
        `INSERT INTO alarm_mutes (patient_no, until_ms, received_ms, statement) VALUES (?, ?, ?, ?)
         ON CONFLICT DO NOTHING`,
      )
      .run(patientNo, untilMs, receivedMs, statement);
  }

  /** Until when sounds are muted; undefined if they are not, at `nowMs`. */
  until(patientNo: number, nowMs: number): number | undefined {
    const newest = this.#database
      .prepare(
        'SELECT until_ms AS untilMs FROM alarm_mutes WHERE patient_no = ? ORDER BY mute_no DESC LIMIT 1',
      )
      .get(patientNo) as { untilMs: number } | undefined;
    return newest !== undefined && newest.untilMs > nowMs ? newest.untilMs : undefined;
  }
}
