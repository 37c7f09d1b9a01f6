import type { Database } from '@careledger/service-kit';

/** An emergency on its straight way to one authority. */
export interface Notice {
  readonly noticeNo: number;
  readonly versionNo: number;
  readonly patientNo: number;
  readonly authorityId: string;
  readonly statement: string;
  readonly status: 'open' | 'sent' | 'given-up';
  readonly attempts: number;
  readonly lastError: string | null;
  readonly madeMs: number;
  readonly sentMs: number | null;
}

const COLUMNS = `notice_no AS noticeNo, version_no AS versionNo, patient_no AS patientNo, authority_id AS authorityId,
  statement, status, attempts, last_error AS lastError, made_ms AS madeMs, sent_ms AS sentMs`;

/** Emergency notices: signed, logged, and kept. What writes must run within a transaction. */
export class NoticeStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  insert(notice: Pick<Notice, 'versionNo' | 'patientNo' | 'authorityId' | 'statement' | 'madeMs'>): number {
    const { lastInsertRowid } = this.#database
      .prepare(
        `INSERT INTO emergency_notices (version_no, patient_no, authority_id, statement, status, made_ms)
         VALUES (?, ?, ?, ?, 'open', ?)`,
      )
      .run(notice.versionNo, notice.patientNo, notice.authorityId, notice.statement, notice.madeMs);
    return Number(lastInsertRowid);
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

  openCount(patientNo: number): number {
    const row = this.#database
      .prepare(`SELECT count(*) AS n FROM emergency_notices WHERE status = 'open' AND patient_no = ?`)
      .get(patientNo) as { n: number };
    return row.n;
  }

  setSent(noticeNo: number, sentMs: number): void {
    this.#database
      .prepare(
        `UPDATE emergency_notices SET status = 'sent', attempts = attempts + 1, last_error = NULL, sent_ms = ?
         WHERE notice_no = ?`,
      )
      .run(sentMs, noticeNo);
  }

  setFailed(noticeNo: number, error: string, isGivenUp: boolean): void {
    this.#database
      .prepare(
        'UPDATE emergency_notices SET status = ?, attempts = attempts + 1, last_error = ? WHERE notice_no = ?',
      )
      .run(isGivenUp ? 'given-up' : 'open', error, noticeNo);
  }

  #all(where: string, ...values: number[]): Notice[] {
    const rows = this.#database.prepare(`SELECT ${COLUMNS} FROM emergency_notices ${where}`).all(...values);
    return rows as unknown as Notice[];
  }
}
