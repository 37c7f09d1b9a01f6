import type { StatementBody } from '@careledger/contracts';
import type { GrantMeaning } from '@careledger/protocol';
import type { Database } from '@careledger/service-kit';
import { ConsentKeys } from '../patients/consent-keys.js';
import { restsOn } from './resting.js';

/** Place among a patient's own decisions: a number in the epoch of the consent key that signed it. */
export interface Place {
  readonly policySeq: number;
  readonly epoch: number;
}

/** pending: no channel has it yet; refused: none ever will. */
export type GrantStatus = 'pending' | 'active' | 'refused' | 'revoked';

export interface Grant extends Place {
  readonly grantId: string;
  readonly patientNo: number;
  readonly authorityId: string;
  readonly status: GrantStatus;
  readonly body: StatementBody<'grant'>;
  readonly meaning: GrantMeaning | null;
  readonly madeMs: number;
  readonly revokedMs: number | null;
}

/** Which of a patient's rules. `by`: those alone that rest on this delegation. */
export interface RulesWanted {
  readonly what: 'grants' | 'denials';
  readonly by?: string | undefined;
}

/** Of a row: whether it is a denial. */
const DENIES = `(json_extract(body, '$.effect') IS 'deny')`;

interface Row {
  grant_id: string;
  patient_no: number;
  authority_id: string;
  policy_seq: number;
  epoch: number;
  status: GrantStatus;
  body: string;
  meaning: string | null;
  made_ms: number;
  revoked_ms: number | null;
}

/**
 * Grants and denials as this gateway knows them. Their ids are chosen by whoever makes the statement, so that a grant is
 * named by its patient and its id, never by the id alone. What writes must run within a transaction.
 */
export class GrantStore {
  readonly #database: Database;
  readonly #consentKeys: ConsentKeys;

  constructor(database: Database) {
    this.#database = database;
    this.#consentKeys = new ConsentKeys(database);
  }

  /**
   * A delegate's rule under the id of the patient's gives way.
   * @param grant `policySeq`, `epoch`: of a delegate's, the place of its appointment among the patient's decisions; else
   * that of the next statement by the consent key in force, unless told
   */
  insert(grant: Omit<Grant, 'authorityId' | keyof Place | 'revokedMs'> & Partial<Place>): void {
    const { grantId, patientNo, status, body, meaning, madeMs } = grant;
    const { policySeq, epoch } = { ...this.place(patientNo, body.policySeq), ...grant };
    if (body.path === undefined)
      this.#database
        .prepare(
          `DELETE FROM grants
           WHERE patient_no = ? AND grant_id = ? AND json_extract(body, '$.path') IS NOT NULL`,
        )
        .run(patientNo, grantId);
    this.#database
      .prepare(
        `INSERT OR IGNORE INTO grants
           (patient_no, grant_id, authority_id, policy_seq, epoch, status, body, meaning, made_ms)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        patientNo,
        grantId,
        body.authorityId,
        policySeq,
        epoch,
        status,
        JSON.stringify(body),
        meaning && JSON.stringify(meaning),
        madeMs,
      );
  }

  /** What stands in the place of one that was refused is another one. */
  forgetRefused(patientNo: number, grantId: string): void {
    this.#database
      .prepare(`DELETE FROM grants WHERE patient_no = ? AND grant_id = ? AND status = 'refused'`)
      .run(patientNo, grantId);
  }

  get(patientNo: number, grantId: string): Grant | undefined {
    return this.#all('WHERE patient_no = ? AND grant_id = ?', patientNo, grantId)[0];
  }

  /** A patient's, oldest first. @param after id of the grant that the page before ended with */
  page(
    patientNo: number,
    { what, by }: RulesWanted,
    after: Pick<Grant, 'madeMs' | 'grantId'> | undefined,
    limit: number,
  ): Grant[] {
    return this.#all(
      `WHERE patient_no = ? AND ${what === 'denials' ? '' : 'NOT '}${DENIES}
         ${by === undefined ? '' : `AND ${restsOn('body')}`}
         AND (made_ms, grant_id) > (?, ?) ORDER BY made_ms, grant_id LIMIT ?`,
      ...[patientNo, ...(by === undefined ? [] : [by]), after?.madeMs ?? -1, after?.grantId ?? '', limit],
    );
  }

  /**
   * Grants that a ledger has and denials, on a ledger or on their way, that are not revoked; their time may not have come,
   * or be over.
   */
  active(patientNo: number): Grant[] {
    return this.#all(
      `WHERE patient_no = ? AND (status = 'active' OR (status = 'pending' AND ${DENIES}))
       ORDER BY made_ms, grant_id`,
      patientNo,
    );
  }

  /** Where a number of the patient's stands that the consent key in force signs. */
  place(patientNo: number, policySeq: number): Place {
    return { policySeq, epoch: this.epoch(patientNo) };
  }

  /** The same of a key by its thumbprint, in force or not. */
  placeBy(patientNo: number, kid: string, policySeq: number): Place {
    return { policySeq, epoch: this.#consentKeys.epochOfKid(patientNo, kid) };
  }

  /** Whether a grant of a higher place is not revoked, on a ledger already or on its way. */
  standsAbove(patientNo: number, { epoch, policySeq }: Place): boolean {
    const row = this.#database
      .prepare(
        `SELECT 1 FROM grants WHERE patient_no = ? AND (epoch, policy_seq) > (?, ?) AND status IN ('pending', 'active')
           AND NOT ${DENIES} LIMIT 1`,
      )
      .get(patientNo, epoch, policySeq);
    return row !== undefined;
  }

  /**
   * Patients with a grant, not revoked, that ended by its own terms in (afterMs, untilMs], or with a denial that began or
   * ended then.
   */
  patientsOfTurned(afterMs: number, untilMs: number): number[] {
    const isThen = (time: string | null): boolean =>
      time !== null && Date.parse(time) > afterMs && Date.parse(time) <= untilMs;
    const rows = this.#database
      .prepare(
        `SELECT patient_no, json_extract(body, '$.until') AS ends,
           CASE WHEN ${DENIES} THEN json_extract(body, '$.from') END AS begins
         FROM grants
         WHERE status = 'active' AND (json_extract(body, '$.until') IS NOT NULL OR ${DENIES})`,
      )
      .all() as { patient_no: number; begins: string | null; ends: string | null }[];
    const turned = rows.filter(({ begins, ends }) => isThen(begins) || isThen(ends));
    return [...new Set(turned.map(({ patient_no }) => patient_no))];
  }

  setStatus(patientNo: number, grantId: string, from: GrantStatus, to: GrantStatus): void {
    this.#database
      .prepare('UPDATE grants SET status = ? WHERE patient_no = ? AND grant_id = ? AND status = ?')
      .run(to, patientNo, grantId, from);
  }

  revoke(patientNo: number, grantId: string, nowMs: number): void {
    this.#database
      .prepare(
        `UPDATE grants SET status = 'revoked', revoked_ms = ?
         WHERE patient_no = ? AND grant_id = ? AND status <> 'revoked'`,
      )
      .run(nowMs, patientNo, grantId);
  }

  /** Denials stay: a revoke-all takes away. One of a later epoch lies above all before it, whatever its number. */
  revokeThrough(patientNo: number, { epoch, policySeq }: Place, nowMs: number): void {
    this.#database
      .prepare(
        `UPDATE grants SET status = 'revoked', revoked_ms = ?
         WHERE patient_no = ? AND (epoch, policy_seq) <= (?, ?) AND status <> 'revoked' AND NOT ${DENIES}`,
      )
      .run(nowMs, patientNo, epoch, policySeq);
  }

  /** Grants, without denials, that rest on a delegation and are not revoked. */
  grantedUnder(patientNo: number, delegationId: string): Grant[] {
    return this.#all(
      `WHERE patient_no = ? AND status <> 'revoked' AND NOT ${DENIES} AND ${restsOn('body')}`,
      ...[patientNo, delegationId],
    );
  }

  /** The next policySeq; counted up for good, by each consent key from 1 on. */
  takeSeq(patientNo: number): number {
    const policySeq = this.nextSeq(patientNo);
    this.noteSeq(patientNo, policySeq);
    return policySeq;
  }

  /**
   * A statement of the patient's app has used this number.
   * @param epoch of the key that signed it: that in force unless told
   */
  noteSeq(patientNo: number, policySeq: number, epoch = this.epoch(patientNo)): void {
    this.#database
      .prepare(
        `INSERT INTO policy_numbers (patient_no, epoch, next_seq) VALUES (?, ?, ?)
         ON CONFLICT (patient_no, epoch) DO UPDATE SET next_seq = max(next_seq, excluded.next_seq)`,
      )
      .run(patientNo, epoch, policySeq + 1);
  }

  /** That of the consent key in force: what a former one has used up is used up for that one alone. */
  nextSeq(patientNo: number): number {
    const row = this.#database
      .prepare('SELECT next_seq FROM policy_numbers WHERE patient_no = ? AND epoch = ?')
      .get(patientNo, this.epoch(patientNo)) as { next_seq: number } | undefined;
    return row?.next_seq ?? 1;
  }

  /** In which the consent key in force numbers. */
  epoch(patientNo: number): number {
    return this.#consentKeys.epoch(patientNo);
  }

  #all(where: string, ...values: (string | number)[]): Grant[] {
    const rows = this.#database.prepare(`SELECT * FROM grants ${where}`).all(...values);
    return (rows as unknown as Row[]).map((row) => ({
      grantId: row.grant_id,
      patientNo: row.patient_no,
      authorityId: row.authority_id,
      policySeq: row.policy_seq,
      epoch: row.epoch,
      status: row.status,
      body: JSON.parse(row.body) as StatementBody<'grant'>,
      meaning: row.meaning === null ? null : (JSON.parse(row.meaning) as GrantMeaning),
      madeMs: row.made_ms,
      revokedMs: row.revoked_ms,
    }));
  }
}
