import type { SubscriptionState } from '@careledger/contracts';
import type { Database } from '@careledger/service-kit';

/** Who is subscribed to whom, as far as this gateway has heard: for emergencies while the ledger is away. */
export class SubscriptionStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Within a transaction. */
  put(
    patientNo: number,
    {
      subscriptionId,
      authorityId,
      status,
    }: Pick<SubscriptionState, 'subscriptionId' | 'authorityId' | 'status'>,
  ): void {
    this.#database
      .prepare('INSERT OR REPLACE INTO subscriptions VALUES (?, ?, ?, ?)')
      .run(patientNo, subscriptionId, authorityId, status);
  }

  /** Authorities with an approved subscription. */
  approved(patientNo: number): string[] {
    const rows = this.#database
      .prepare(`SELECT DISTINCT authority_id FROM subscriptions WHERE patient_no = ? AND status = 'approved'`)
      .all(patientNo);
    return (rows as { authority_id: string }[]).map(({ authority_id }) => authority_id);
  }
}
