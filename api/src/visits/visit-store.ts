import type { VisitState } from '@careledger/contracts';
import { Unread } from '../access/read-gate.js';
import type { SealedBox } from '../store/sealed-box.js';
import type { Store } from '../store/store.js';

/** `pending` (here), `recorded` (on `authorities`), `related` (on `cloud` too), or `refused` by the ledger. */
export const VISIT_STAGES = ['pending', 'recorded', 'related', 'refused'] as const;
export type VisitStage = (typeof VISIT_STAGES)[number];

/** What the ledger has the salted hash of. */
export interface VisitContent {
  /** base64url. */
  readonly salt: string;
  /** JSON text, as hashed. */
  readonly data: string;
}

export interface KeptVisit {
  readonly visitId: string;
  readonly patientId: string;
  readonly at: string;
  readonly stage: VisitStage;
  readonly statement: string;
  /** Whether the ledger took the patient's check-in code for it; a code that is too old confirms nothing. */
  readonly confirmed: boolean;
  readonly txId: string | null;
  readonly relatedTxId: string | null;
  readonly relayedBy: string | null;
  readonly refusal: string | null;
  readonly createdAt: string;
}

type VisitRow = Omit<KeptVisit, 'confirmed'> & { confirmed: number };

const COLUMNS = `visit_id AS visitId, patient_id AS patientId, at, stage, statement, confirmed,
  tx_id AS txId, related_tx_id AS relatedTxId, relayed_by AS relayedBy, refusal, created_at AS createdAt`;
const rowOf = (visitId: string): string => `visits/${visitId}`;

/** Visits and what was done there; the content is encrypted. Writing only within `store.commit`. */
export class VisitStore {
  constructor(
    readonly store: Store,
    readonly box: SealedBox,
  ) {}

  find(visitId: string): KeptVisit | undefined {
    return read(this.store.get(`SELECT ${COLUMNS} FROM visits WHERE visit_id = ?`, visitId));
  }

  /** What was done there, for the gate to give out. */
  content(visitId: string): Unread<VisitContent> | undefined {
    const row = this.store.get<{ content: Uint8Array }>(
      'SELECT content FROM visits WHERE visit_id = ?',
      visitId,
    );
    return row && new Unread(this.box.open(rowOf(visitId), row.content) as VisitContent);
  }

  put(
    visit: Pick<KeptVisit, 'visitId' | 'patientId' | 'at' | 'statement' | 'createdAt'>,
    content: VisitContent,
  ): void {
    const { visitId } = visit;
    this.store.run(
      `INSERT INTO visits (visit_id, patient_id, at, stage, statement, confirmed, content, created_at)
       VALUES (?, ?, ?, 'pending', ?, 0, ?, ?)`,
      visitId,
      visit.patientId,
      visit.at,
      visit.statement,
      this.box.seal(rowOf(visitId), content),
      visit.createdAt,
    );
  }

  recorded(visitId: string, { txId, confirmed }: Pick<VisitState, 'txId' | 'confirmed'>): void {
    this.store.run(
      `UPDATE visits SET stage = 'recorded', tx_id = ?, confirmed = ? WHERE visit_id = ?`,
      txId,
      confirmed ? 1 : 0,
      visitId,
    );
  }

  related(visitId: string, { txId, relayedBy }: { txId: string; relayedBy: string | null }): void {
    this.store.run(
      `UPDATE visits SET stage = 'related', related_tx_id = ?, relayed_by = ? WHERE visit_id = ?`,
      txId,
      relayedBy,
      visitId,
    );
  }

  refused(visitId: string, refusal: string): void {
    this.store.run(`UPDATE visits SET stage = 'refused', refusal = ? WHERE visit_id = ?`, refusal, visitId);
  }
}

const read = (row: VisitRow | undefined): KeptVisit | undefined =>
  row && { ...row, confirmed: row.confirmed === 1 };
