import type { SubscriptionState } from '@careledger/contracts';
import type { Database } from '@careledger/service-kit';

/** What of a subscription decides whether notices are sent. */
export type KnownSubscription = Pick<SubscriptionState, 'subscriptionId' | 'authorityId' | 'status'>;

/** Who is subscribed to whom, as far as this gateway has heard: for emergencies while the ledger is away. */
export class SubscriptionStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Within a transaction. */
  put(patientNo: number, { subscriptionId, authorityId, status }: KnownSubscription): void {
    this.#database
      .prepare('INSERT OR REPLACE INTO subscriptions VALUES (?, ?, ?, ?)')
      .run(patientNo, subscriptionId, authorityId, status);
  }

  /** A patient's, as last heard. */
  list(patientNo: number): KnownSubscription[] {
    const rows = this.#database
      .prepare(
        `SELECT subscription_id AS subscriptionId, authority_id AS authorityId, status FROM subscriptions
         WHERE patient_no = ?`,
      )
      .all(patientNo);
    return rows as unknown as KnownSubscription[];
  }
}
