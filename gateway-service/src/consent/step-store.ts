import type { ChannelName } from '@careledger/domain';
import type { Database } from '@careledger/service-kit';

export type StepKind =
  | 'register'
  | 'grant'
  | 'deny'
  | 'revoke'
  | 'reject'
  | 'rotate'
  | 'rekey'
  | 'object'
  | 'take-over'
  | 'delegate'
  | 'end-delegation';

/** A statement on its way to one channel. */
export interface ConsentStep {
  readonly stepNo: number;
  readonly patientNo: number;
  /** Id of the statement (`sid`): its steps, one a channel, go in their order. */
  readonly job: string;
  /** Among the steps of its job; steps of the same index go side by side. */
  readonly index: number;
  readonly kind: StepKind;
  readonly channel: ChannelName;
  readonly statement: string;
  readonly status: 'open' | 'done' | 'refused';
  readonly code: string | null;
  readonly txId: string | null;
  readonly blockNumber: number | null;
  readonly madeMs: number;
  /** 1: a delegate has signed it. */
  readonly isDelegated: 0 | 1;
}

export interface NewJob {
  readonly patientNo: number;
  readonly job: string;
  readonly kind: StepKind;
  /** In the order in which they have to take it. */
  readonly channels: readonly ChannelName[];
  /** The order does not matter: they take it side by side. */
  readonly isUnordered?: boolean;
  readonly statement: string;
  /** A delegate has signed it, who names the delegations by which it does. */
  readonly isDelegated?: boolean;
  /** Another job of the patient's: on each channel this one goes after it, and not at all where that is refused. */
  readonly follows?: string | undefined;
}

const COLUMNS = `step_no AS stepNo, patient_no AS patientNo, job, place AS "index", kind, channel, statement, status, code,
  tx_id AS txId, block_number AS blockNumber, made_ms AS madeMs, is_delegated AS isDelegated`;

/**
 * Statements and the channels that have to take them. A statement's id is chosen by who makes it, so that a job is named
 * by its patient and its id, never by the id alone. What writes must run within a transaction.
 */
export class StepStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Writes a job's steps; false if the patient has a job of this id already. */
  insert(
    { patientNo, job, kind, channels, isUnordered, isDelegated, statement, follows }: NewJob,
    nowMs: number,
  ): boolean {
    if (this.job(patientNo, job).length > 0) return false;
    for (const [index, channel] of channels.entries()) {
      this.#database
        .prepare(
          `INSERT INTO consent_steps (patient_no, job, place, kind, channel, statement, status, made_ms, is_delegated, follows)
           VALUES (?, ?, ?, ?, ?, ?, 'open', ?, ?, ?)`,
        )
        .run(
          ...[patientNo, job, isUnordered === true ? 0 : index, kind, channel, statement, nowMs],
          ...[isDelegated === true ? 1 : 0, follows ?? null],
        );
    }
    return true;
  }

  job(patientNo: number, job: string): ConsentStep[] {
    return this.#all('WHERE patient_no = ? AND job = ? ORDER BY place', patientNo, job);
  }

  /** A patient's statements of a kind, newest first; each with its steps. */
  jobsOf(patientNo: number, kind: StepKind): ConsentStep[][] {
    const steps = this.#all('WHERE patient_no = ? AND kind = ? ORDER BY place', patientNo, kind);
    return [...Map.groupBy(steps, ({ job }) => job).values()].sort(
      ([a], [b]) => (b?.stepNo ?? 0) - (a?.stepNo ?? 0),
    );
  }

  /**
   * First steps of what delegates of a patient have signed, newest first.
   * @param before step that the page before ended with
   */
  delegated(patientNo: number, before: number | undefined, limit: number): ConsentStep[] {
    return this.#all(
      'WHERE patient_no = ? AND place = 0 AND step_no < ? AND is_delegated = 1 ORDER BY step_no DESC LIMIT ?',
      ...[patientNo, before ?? Number.MAX_SAFE_INTEGER, limit],
    );
  }

  get(stepNo: number): ConsentStep | undefined {
    return this.#all('WHERE step_no = ?', stepNo)[0];
  }

  /**
   * Open steps that nothing stands before, oldest first: neither of their job, nor on their channel the job that theirs
   * follows, nor a rotation of the patient's key, or a takeover. A rotation waits there for all that was taken before it:
   * what the former key signed counts no more then. Delegates sign with keys of their own, and hold nothing up.
   */
  eligible(patientNo?: number): ConsentStep[] {
    const first = `NOT EXISTS (SELECT 1 FROM consent_steps AS earlier
      WHERE earlier.patient_no = consent_steps.patient_no AND earlier.status = 'open' AND (
        earlier.job = consent_steps.job AND earlier.place < consent_steps.place
        OR earlier.channel = consent_steps.channel AND earlier.job = consent_steps.follows
        OR earlier.channel = consent_steps.channel AND earlier.step_no < consent_steps.step_no
          AND NOT (earlier.is_delegated OR consent_steps.is_delegated)
          AND (earlier.kind = 'take-over' OR 'rotate' IN (earlier.kind, consent_steps.kind))))`;
    const [whose, ...values] = patientNo === undefined ? ['TRUE'] : ['patient_no = ?', patientNo];
    return this.#all(`WHERE status = 'open' AND ${whose} AND ${first} ORDER BY step_no`, ...values);
  }

  /** Steps on their way: all, a patient's, or those that the patient alone has signed. */
  openCount(patientNo?: number, whose: 'patients' | 'all' = 'all'): number {
    const row = (
      patientNo === undefined
        ? this.#database.prepare(`SELECT count(*) AS n FROM consent_steps WHERE status = 'open'`).get()
        : this.#database
            .prepare(
              `SELECT count(*) AS n FROM consent_steps
               WHERE status = 'open' AND patient_no = ? AND (? = 'all' OR NOT is_delegated)`,
            )
            .get(patientNo, whose)
    ) as { n: number };
    return row.n;
  }

  settle(
    stepNo: number,
    outcome: { status: 'done' | 'refused'; code: string; txId: string | null; blockNumber: number | null },
    nowMs: number,
  ): void {
    this.#database
      .prepare(
        'UPDATE consent_steps SET status = ?, code = ?, tx_id = ?, block_number = ?, done_ms = ? WHERE step_no = ?',
      )
      .run(outcome.status, outcome.code, outcome.txId, outcome.blockNumber, nowMs, stepNo);
  }

  /** What a channel lacks is to be sent there again. */
  reopen(patientNo: number, job: string, channel: ChannelName): void {
    this.#database
      .prepare(`UPDATE consent_steps SET status = 'open' WHERE patient_no = ? AND job = ? AND channel = ?`)
      .run(patientNo, job, channel);
  }

  /** What one channel has refused for a recovery that was pending there, and the other has taken. */
  heldUp(patientNo: number): ConsentStep[] {
    return this.#all(
      `WHERE patient_no = ? AND status = 'refused' AND code = 'RECOVERY_PENDING' AND EXISTS (
         SELECT 1 FROM consent_steps AS other WHERE other.patient_no = consent_steps.patient_no
           AND other.job = consent_steps.job AND other.status = 'done') ORDER BY step_no`,
      patientNo,
    );
  }

  /** What is open on a step's channel after it, of its patient's own. */
  after({ patientNo, channel, stepNo }: ConsentStep): ConsentStep[] {
    const later = `WHERE patient_no = ? AND channel = ? AND step_no > ? AND status = 'open'
      AND NOT is_delegated ORDER BY step_no`;
    return this.#all(later, patientNo, channel, stepNo);
  }

  /** What is open of the jobs that follow one, and those that follow these. */
  following(patientNo: number, job: string): ConsentStep[] {
    return this.#all(
      `WHERE patient_no = ? AND status = 'open' AND job IN (
         WITH RECURSIVE later(job) AS (
           SELECT job FROM consent_steps WHERE patient_no = ? AND follows = ?
           UNION
           SELECT next.job FROM consent_steps AS next JOIN later ON next.follows = later.job WHERE next.patient_no = ?)
         SELECT job FROM later) ORDER BY step_no`,
      ...[patientNo, patientNo, job, patientNo],
    );
  }

  /** Refuses the rest of a job with the code that stopped it. */
  refuseRest(patientNo: number, job: string, code: string, nowMs: number): void {
    this.#database
      .prepare(
        `UPDATE consent_steps SET status = 'refused', code = ?, done_ms = ?
         WHERE patient_no = ? AND job = ? AND status = 'open'`,
      )
      .run(code, nowMs, patientNo, job);
  }

  /** Channels on which patients are registered. */
  registrations(): { patientNo: number; channel: ChannelName }[] {
    const rows = this.#database
      .prepare(
        `SELECT patient_no AS patientNo, channel FROM consent_steps WHERE kind = 'register' AND status = 'done'`,
      )
      .all();
    return rows as unknown as { patientNo: number; channel: ChannelName }[];
  }

  #all(where: string, ...values: (string | number)[]): ConsentStep[] {
    const rows = this.#database.prepare(`SELECT ${COLUMNS} FROM consent_steps ${where}`).all(...values);
    return rows as unknown as ConsentStep[];
  }
}
