import type { DelegationState } from '@careledger/contracts';
import { isRevokedThrough } from '@careledger/policy';
import type { Database } from '@careledger/service-kit';
import type { Place } from './grant-store.js';
import { restsOn } from './resting.js';

/** pending: a channel lacks it; refused: one does not take it. */
type DelegationStatus = 'pending' | 'active' | 'refused' | 'ended';

/** What a delegation says, as the ledger has it. */
type DelegationTerms = Omit<
  DelegationState,
  'patientId' | 'delegationId' | 'appointedAt' | 'txId' | 'endedAt'
>;

/** What is kept of a delegation, from its statement or from the ledger. @param place as the ledger has it */
export function delegationTerms(
  said: Omit<DelegationTerms, 'policySeq' | 'epoch' | 'path'>,
  { policySeq, epoch, path }: Pick<DelegationTerms, 'policySeq' | 'epoch' | 'path'>,
): DelegationTerms {
  const { kind, key, acts, permissions, purposes, scopeTags, detail, until, further, sealed } = said;
  return {
    ...{ kind, key, acts, permissions, purposes, scopeTags, until, further },
    ...(detail !== undefined && { detail }),
    ...(sealed !== undefined && { sealed }),
    ...{ policySeq, path },
    ...(epoch !== undefined && { epoch }),
  };
}

export interface Delegation {
  readonly patientNo: number;
  readonly delegationId: string;
  readonly terms: DelegationTerms;
  readonly status: DelegationStatus;
  /** The delegate's next number, as far as this gateway has taken its statements. */
  readonly nextSeq: number;
  readonly madeMs: number;
  readonly endedMs: number | null;
}

interface Row {
  patient_no: number;
  delegation_id: string;
  terms: string;
  status: DelegationStatus;
  next_seq: number;
  made_ms: number;
  ended_ms: number | null;
}

/** Its place among the patient's decisions. */
export const placeOf = ({ terms: { policySeq, epoch = 0 } }: Delegation): Place => ({ policySeq, epoch });

/** Who decides for patients, as this gateway knows. What writes must run within a transaction. */
export class DelegationStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  insert(made: Omit<Delegation, 'nextSeq' | 'endedMs'>): void {
    const { patientNo, delegationId, terms, status, madeMs } = made;
    this.#database
      .prepare(
        `INSERT OR IGNORE INTO delegations (patient_no, delegation_id, policy_seq, terms, status, next_seq, made_ms)
         VALUES (?, ?, ?, ?, ?, 1, ?)`,
      )
      .run(patientNo, delegationId, terms.policySeq, JSON.stringify(terms), status, madeMs);
  }

  get(patientNo: number, delegationId: string): Delegation | undefined {
    return this.#all('WHERE patient_no = ? AND delegation_id = ?', patientNo, delegationId)[0];
  }

  /**
   * A patient's, oldest first.
   * @param after the one that the page before ended with
   * @param by this one alone, and those that rest on it
   */
  page(
    patientNo: number,
    after: Pick<Delegation, 'madeMs' | 'delegationId'> | undefined,
    limit: number,
    by?: string,
  ): Delegation[] {
    return this.#all(
      `WHERE patient_no = ? ${by === undefined ? '' : `AND ${restsOn('terms')}`}
         AND (made_ms, delegation_id) > (?, ?) ORDER BY made_ms, delegation_id LIMIT ?`,
      ...[
        patientNo,
        ...(by === undefined ? [] : [by]),
        after?.madeMs ?? -1,
        after?.delegationId ?? '',
        limit,
      ],
    );
  }

  all(patientNo: number): Delegation[] {
    return this.#all('WHERE patient_no = ?', patientNo);
  }

  /** Of a patient's, all that may count some time. */
  standing(patientNo: number): Delegation[] {
    return this.#all(`WHERE patient_no = ? AND status IN ('pending', 'active')`, patientNo);
  }

  setStatus(patientNo: number, delegationId: string, from: DelegationStatus, to: DelegationStatus): void {
    this.#database
      .prepare('UPDATE delegations SET status = ? WHERE patient_no = ? AND delegation_id = ? AND status = ?')
      .run(to, patientNo, delegationId, from);
  }

  /** Ends it with all that rest on it. */
  end(patientNo: number, delegationId: string, nowMs: number): void {
    for (const each of this.standing(patientNo))
      if (each.terms.path.includes(delegationId)) this.#end(each, nowMs);
  }

  /** Ends what a revoke-all lies above. */
  endThrough(patientNo: number, { epoch, policySeq }: Place, nowMs: number): void {
    const through = { revokedThroughSeq: policySeq, revokedThroughEpoch: epoch };
    for (const each of this.standing(patientNo))
      if (isRevokedThrough(each.terms, through)) this.#end(each, nowMs);
  }

  /** A delegate has used this number. */
  noteSeq(patientNo: number, delegationId: string, policySeq: number): void {
    this.#database
      .prepare(
        'UPDATE delegations SET next_seq = max(next_seq, ?) WHERE patient_no = ? AND delegation_id = ?',
      )
      .run(policySeq + 1, patientNo, delegationId);
  }

  #end({ patientNo, delegationId }: Delegation, nowMs: number): void {
    this.#database
      .prepare(
        `UPDATE delegations SET status = 'ended', ended_ms = ? WHERE patient_no = ? AND delegation_id = ?`,
      )
      .run(nowMs, patientNo, delegationId);
  }

  #all(where: string, ...values: (string | number)[]): Delegation[] {
    const rows = this.#database.prepare(`SELECT * FROM delegations ${where}`).all(...values);
    return (rows as unknown as Row[]).map((row) => ({
      patientNo: row.patient_no,
      delegationId: row.delegation_id,
      terms: JSON.parse(row.terms) as DelegationTerms,
      status: row.status,
      nextSeq: row.next_seq,
      madeMs: row.made_ms,
      endedMs: row.ended_ms,
    }));
  }
}
