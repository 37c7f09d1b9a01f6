import type { Database } from '@careledger/service-kit';
import type { MadeNotices, NewNotice } from '../records/handover.js';

/** An emergency on its direct way to one authority. Its statement is empty until it can be made. */
export interface Notice extends NewNotice {
  readonly noticeNo: number;
  /** The authority's signed word that it has the notice, once it gave it. */
  readonly receipt: string | null;
  /** sent: with a receipt; given up: `lastError` says why, the record is on the chain. */
  readonly status: 'open' | 'sent' | 'given-up';
  readonly attempts: number;
  readonly lastError: string | null;
  readonly sentMs: number | null;
  /** When somebody's acknowledgement of it came here. */
  readonly acknowledgedMs: number | null;
}

const COLUMNS = `notice_no AS noticeNo, version_no AS versionNo, patient_no AS patientNo, authority_id AS authorityId,
  statement, receipt, status, attempts, last_error AS lastError, made_ms AS madeMs, sent_ms AS sentMs,
  acknowledged_ms AS acknowledgedMs`;

/** Emergency notices: signed, logged, and kept. What writes must run within a transaction. */
export class NoticeStore implements MadeNotices {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  insert(notice: NewNotice): number {
    return this.#insert(notice, 'open', null);
  }

  insertGivenUp(notice: Omit<NewNotice, 'statement'>, why: string): void {
    this.#insert({ ...notice, statement: '' }, 'given-up', why);
  }

  get(noticeNo: number): Notice | undefined {
    return this.#all('WHERE notice_no = ?', noticeNo)[0];
  }

  open(): Notice[] {
    return this.#all(`WHERE status = 'open' ORDER BY notice_no`);
  }

  ofVersion(versionNo: number): Notice[] {
    return this.#all('WHERE version_no = ? ORDER BY notice_no', versionNo);
  }

  /** What was sent of a record, the oldest first. */
  ofRecord(recordId: string): Notice[] {
    return this.#all(
      'WHERE version_no IN (SELECT version_no FROM record_versions WHERE record_id = ?) ORDER BY notice_no',
      recordId,
    );
  }

  givenUpCount(): number {
    const row = this.#database
      .prepare(`SELECT count(*) AS n FROM emergency_notices WHERE status = 'given-up'`)
      .get() as { n: number };
    return row.n;
  }

  /** Notices that were never delivered, the newest first. */
  givenUp(limit: number): Notice[] {
    return this.#all(`WHERE status = 'given-up' ORDER BY notice_no DESC LIMIT ?`, limit);
  }

  toldBefore(patientNo: number, episodeId: string): string[] {
    const rows = this.#database
      .prepare(
        `SELECT DISTINCT authority_id FROM emergency_notices JOIN record_versions USING (version_no)
         WHERE record_versions.patient_no = ? AND kind = 'emergency' AND place = ? AND format = 1 AND status = 'sent'`,
      )
      .all(patientNo, episodeId);
    return (rows as { authority_id: string }[]).map(({ authority_id }) => authority_id);
  }

  setSent(noticeNo: number, receipt: string, sentMs: number): void {
    this.#database
      .prepare(
        `UPDATE emergency_notices
         SET status = 'sent', attempts = attempts + 1, last_error = NULL, receipt = ?, sent_ms = ?, next_ask_ms = ?
         WHERE notice_no = ?`,
      )
      .run(receipt, sentMs, sentMs, noticeNo);
  }

  /** Who is to be asked by now whether somebody acknowledged. */
  authoritiesToAsk(nowMs: number): string[] {
    const rows = this.#database
      .prepare('SELECT DISTINCT authority_id FROM emergency_notices WHERE next_ask_ms <= ?')
      .all(nowMs);
    return (rows as { authority_id: string }[]).map(({ authority_id }) => authority_id);
  }

  /** Those about which an authority is to be asked by now, what waits longest first. */
  toAsk(authorityId: string, nowMs: number, limit: number): Notice[] {
    return this.#all(
      'WHERE authority_id = ? AND next_ask_ms <= ? ORDER BY next_ask_ms LIMIT ?',
      authorityId,
      nowMs,
      limit,
    );
  }

  /** @param nextMs when its authority is asked again; null: not any more */
  setAsked(noticeNo: number, nextMs: number | null): void {
    this.#database
      .prepare('UPDATE emergency_notices SET next_ask_ms = ? WHERE notice_no = ? AND acknowledged_ms IS NULL')
      .run(nextMs, noticeNo);
  }

  setAcknowledged(noticeNo: number, acknowledgedMs: number): void {
    this.#database
      .prepare('UPDATE emergency_notices SET acknowledged_ms = ?, next_ask_ms = NULL WHERE notice_no = ?')
      .run(acknowledgedMs, noticeNo);
  }

  /** Made, or made anew, before it is sent. */
  setStatement(noticeNo: number, statement: string): void {
    this.#database
      .prepare('UPDATE emergency_notices SET statement = ? WHERE notice_no = ?')
      .run(statement, noticeNo);
  }

  /** Those of before a time that their authorities do not have, and of which that was not noted yet. */
  overdue(madeBeforeMs: number): Notice[] {
    return this.#all(`WHERE status = 'open' AND overdue_ms IS NULL AND made_ms <= ?`, madeBeforeMs);
  }

  setOverdue(noticeNo: number, overdueMs: number): void {
    this.#database
      .prepare('UPDATE emergency_notices SET overdue_ms = ? WHERE notice_no = ?')
      .run(overdueMs, noticeNo);
  }

  /** Whether an authority still does not have something about a patient that it should have had. */
  hasOverdue(patientNo: number, authorityId: string): boolean {
    const found = this.#all(
      `WHERE status = 'open' AND patient_no = ? AND authority_id = ? AND overdue_ms IS NOT NULL LIMIT 1`,
      patientNo,
      authorityId,
    );
    return found.length > 0;
  }

  /** It goes again. */
  setFailed(noticeNo: number, error: string): void {
    this.#database
      .prepare('UPDATE emergency_notices SET attempts = attempts + 1, last_error = ? WHERE notice_no = ?')
      .run(error, noticeNo);
  }

  setGivenUp(noticeNo: number, why: string): void {
    this.#database
      .prepare(`UPDATE emergency_notices SET status = 'given-up', last_error = ? WHERE notice_no = ?`)
      .run(why, noticeNo);
  }

  #insert(
    { versionNo, patientNo, authorityId, statement, madeMs }: NewNotice,
    status: Notice['status'],
    why: string | null,
  ): number {
    const { lastInsertRowid } = this.#database
      .prepare(
        `INSERT INTO emergency_notices (version_no, patient_no, authority_id, statement, status, last_error, made_ms)
         VALUES (?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(versionNo, patientNo, authorityId, statement, status, why, madeMs);
    return Number(lastInsertRowid);
  }

  #all(where: string, ...values: (number | string)[]): Notice[] {
    const rows = this.#database.prepare(`SELECT ${COLUMNS} FROM emergency_notices ${where}`).all(...values);
    return rows as unknown as Notice[];
  }
}
