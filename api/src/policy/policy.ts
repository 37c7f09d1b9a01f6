import { accessControl, type GrantState, type SubscriptionState } from '@careledger/contracts';
import type { Permission, PurposeOfUse } from '@careledger/domain';
import { LedgerError, allRows } from '@careledger/ledger';
import type { Channel } from '../ledger-port.js';
import type { Store } from '../store/store.js';
import { bringsNotices, gives, isInForce } from './coverage.js';
import type { MirroredGrant, MirrorStore } from './mirror-store.js';

export interface PolicyOptions {
  readonly authorityId: string;
  readonly authorities: Channel;
  readonly mirror: MirrorStore;
  readonly store: Store;
  /** Default: Date.now. */
  readonly clock?: () => number;
}

/** What the ledger has on one patient and this authority. */
export interface Consent {
  readonly grants: readonly GrantState[];
  readonly subscriptions: readonly SubscriptionState[];
}

/**
 * What this authority may do, by the own mirror of the ledger. It decides about notices, about direct emergencies (also
 * while the ledger is away) and about what is worth trying; about access the chaincode decides alone.
 */
export class Policy {
  readonly #options: PolicyOptions;
  readonly #clock: () => number;

  constructor(options: PolicyOptions) {
    this.#options = options;
    this.#clock = options.clock ?? Date.now;
  }

  /** Grants and subscriptions as the ledger has them now. @throws LedgerError */
  async fetch(patientId: string): Promise<Consent> {
    const [grants, subscriptions] = await Promise.all([
      this.fetchGrants(patientId),
      this.#fetchSubscriptions(patientId),
    ]);
    return { grants, subscriptions };
  }

  /** Every grant of the patient to this authority, revoked ones included. @throws LedgerError */
  fetchGrants(patientId: string): Promise<GrantState[]> {
    const { authorities, authorityId } = this.#options;
    return allRows((page) =>
      authorities.evaluate(accessControl, 'ListGrants', { patientId, authorityId, ...page }),
    );
  }

  /** Puts what was fetched into the mirror; only within `store.commit`. */
  put({ grants, subscriptions }: Consent): void {
    this.#options.mirror.putGrants(grants);
    this.#options.mirror.putSubscriptions(subscriptions);
  }

  /** For a mirror that says no: a grant may be younger than what was read. Leaves it as it is while the ledger is away. */
  async refresh(patientId: string): Promise<void> {
    try {
      const consent = await this.fetch(patientId);
      await this.#options.store.commit(() => this.put(consent));
    } catch (error) {
      if (!(error instanceof LedgerError)) throw error;
    }
  }

  /** Grants in force that bring notices about the patient. */
  noticing(patientId: string): MirroredGrant[] {
    const { mirror } = this.#options;
    const subscriptions = mirror.subscriptions(patientId);
    const atMs = this.#clock();
    return mirror.grants(patientId).filter((grant) => bringsNotices(grant, subscriptions, atMs));
  }

  /** Grants in force that let this authority do something for a purpose. */
  giving(patientId: string, permission: Permission, purpose: PurposeOfUse): MirroredGrant[] {
    const atMs = this.#clock();
    return this.inForce(patientId, atMs).filter((grant) => gives(grant, permission, purpose));
  }

  inForce(patientId: string, atMs = this.#clock()): MirroredGrant[] {
    return this.#options.mirror.grants(patientId).filter((grant) => isInForce(grant, atMs));
  }

  /** Whether anything of the patient is mirrored here. */
  knows(patientId: string): boolean {
    return this.#options.mirror.grants(patientId).length > 0;
  }

  #fetchSubscriptions(patientId: string): Promise<SubscriptionState[]> {
    const { authorities, authorityId } = this.#options;
    return allRows((page) =>
      authorities.evaluate(accessControl, 'ListSubscriptions', { patientId, authorityId, ...page }),
    );
  }
}
