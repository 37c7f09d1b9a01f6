import type { Permission, PurposeOfUse, ScopeTerm } from '@careledger/domain';
import type { SealedBox } from '../store/sealed-box.js';
import type { Store } from '../store/store.js';

/** What is done about a subscription. */
export type ChangeKind = 'request' | 'cancellation';
/** `waiting` (for the patient's registration), `signed`, `committed` (on the ledger), or `refused` by the ledger. */
export const CHANGE_STAGES = ['waiting', 'signed', 'committed', 'refused'] as const;
export type ChangeStage = (typeof CHANGE_STAGES)[number];

/** What is asked of a patient. */
export interface SubscriptionWanted {
  readonly patientId: string;
  readonly permissions: readonly Permission[];
  readonly purposes: readonly PurposeOfUse[];
  readonly until?: string;
  readonly answerBy?: string;
  /** None: every record. For the patient to read, and nobody else. */
  readonly scope?: readonly ScopeTerm[];
  /** A copy that it would keep. The unit likewise. */
  readonly copy?: { readonly purpose: PurposeOfUse; readonly unit: string };
  /** The single measured values as well. */
  readonly detail?: true;
  /** For the patient to read, and nobody else. */
  readonly reason?: string;
}

/** One change of one subscription, on its way to the ledger. */
export interface Change {
  readonly subscriptionId: string;
  readonly kind: ChangeKind;
  readonly patientId: string;
  readonly stage: ChangeStage;
  /** Null while the patient is waited for. */
  readonly statement: string | null;
  readonly txId: string | null;
  readonly refusal: string | null;
}

export type ChangeName = Pick<Change, 'subscriptionId' | 'kind'>;

/** Names a change in outbox and jobs. */
export const changeRef = ({ kind, subscriptionId }: ChangeName): string => `${kind}/${subscriptionId}`;

export function ofChangeRef(ref: string): ChangeName {
  const [kind, subscriptionId = ''] = ref.split('/');
  return { kind: kind === 'request' ? kind : 'cancellation', subscriptionId };
}

const COLUMNS = `subscription_id AS subscriptionId, kind, patient_id AS patientId, stage, statement, tx_id AS txId,
  refusal`;
const rowOf = (name: ChangeName): string => `subscription_changes/${changeRef(name)}`;

/** What is asked of patients, encrypted until it is signed, and what becomes of it. Writing only within `store.commit`. */
export class ChangeStore {
  constructor(
    readonly store: Store,
    readonly box: SealedBox,
  ) {}

  find({ subscriptionId, kind }: ChangeName): Change | undefined {
    const sql = `SELECT ${COLUMNS} FROM subscription_changes WHERE subscription_id = ? AND kind = ?`;
    return this.store.get<Change>(sql, subscriptionId, kind);
  }

  /** What is to be signed; undefined once it is. */
  wanted(name: ChangeName): SubscriptionWanted | undefined {
    const row = this.store.get<{ wanted: Uint8Array | null }>(
      'SELECT wanted FROM subscription_changes WHERE subscription_id = ? AND kind = ?',
      name.subscriptionId,
      name.kind,
    );
    const sealed = row?.wanted ?? undefined;
    return sealed && (this.box.open(rowOf(name), sealed) as SubscriptionWanted);
  }

  putRequest(subscriptionId: string, wanted: SubscriptionWanted): void {
    const name = { subscriptionId, kind: 'request' } as const;
    this.store.run(
      `INSERT INTO subscription_changes (subscription_id, kind, patient_id, stage, wanted, created_at)
       VALUES (?, ?, ?, 'waiting', ?, ?)`,
      subscriptionId,
      name.kind,
      wanted.patientId,
      this.box.seal(rowOf(name), wanted),
      new Date().toISOString(),
    );
  }

  /** One that was refused before is tried anew. */
  putCancellation(
    { subscriptionId, patientId }: Omit<ChangeName, 'kind'> & { patientId: string },
    statement: string,
  ): void {
    this.store.run(
      `INSERT OR REPLACE INTO subscription_changes
         (subscription_id, kind, patient_id, stage, statement, created_at)
       VALUES (?, 'cancellation', ?, 'signed', ?, ?)`,
      subscriptionId,
      patientId,
      statement,
      new Date().toISOString(),
    );
  }

  signed(name: ChangeName, statement: string): void {
    this.#set(name, `stage = 'signed', wanted = NULL, statement = ?`, statement);
  }

  committed(name: ChangeName, txId: string): void {
    this.#set(name, `stage = 'committed', tx_id = ?`, txId);
  }

  refused(name: ChangeName, refusal: string): void {
    this.#set(name, `stage = 'refused', wanted = NULL, refusal = ?`, refusal);
  }

  #set({ subscriptionId, kind }: ChangeName, assignments: string, value: string): void {
    this.store.run(
      `UPDATE subscription_changes SET ${assignments} WHERE subscription_id = ? AND kind = ?`,
      value,
      subscriptionId,
      kind,
    );
  }
}
