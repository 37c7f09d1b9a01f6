import { accessControl, type GrantState, type SubscriptionState } from '@careledger/contracts';
import { timestampOf, type Permission, type PurposeOfUse } from '@careledger/domain';
import { LedgerError, allRows } from '@careledger/ledger';
import {
  bringsNotices,
  concerns,
  isInForce,
  readingGrants,
  undeniedGrants,
  type RecordTerms,
} from '@careledger/policy';
import { answerWithin, type Channel } from '../ledger-port.js';
import type { Store } from '../store/store.js';
import type { MirroredGrant, MirroredPolicy, MirrorStore } from './mirror-store.js';

/** How long a caller waits for the mirror to be read again; a ledger that takes longer is away. */
const REFRESH_MAX_MS = 2_000;

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
  readonly policy: MirroredPolicy;
  readonly grants: readonly GrantState[];
  readonly subscriptions: readonly SubscriptionState[];
}

/**
 * What this authority may do, by the own mirror of the ledger. It decides about who gets notices and about what is worth
 * trying; what is shown to somebody is decided by the ledger (`Judge`).
 */
export class Policy {
  readonly #options: PolicyOptions;
  readonly #clock: () => number;

  constructor(options: PolicyOptions) {
    this.#options = options;
    this.#clock = options.clock ?? Date.now;
  }

  /**
   * Grants and subscriptions as the ledger has them now. The version is asked for first: what changes meanwhile makes a
   * later comparison differ, never agree.
   * @throws LedgerError
   */
  async fetch(patientId: string): Promise<Consent> {
    const heardAt = timestampOf(this.#clock());
    const { version } = await this.#options.authorities.evaluate(accessControl, 'GetPolicyVersion', {
      patientId,
    });
    const [grants, subscriptions] = await Promise.all([
      this.fetchGrants(patientId),
      this.#fetchSubscriptions(patientId),
    ]);
    return { policy: { version, heardAt }, grants, subscriptions };
  }

  /** Every grant and denial of the patient that is about this authority, revoked ones included. @throws LedgerError */
  fetchGrants(patientId: string): Promise<GrantState[]> {
    const { authorities, authorityId } = this.#options;
    return allRows((page) =>
      authorities.evaluate(accessControl, 'ListGrants', { patientId, authorityId, ...page }),
    );
  }

  /** Every grant and denial of the patient, about whomever. @throws LedgerError */
  fetchEveryGrant(patientId: string): Promise<GrantState[]> {
    const { authorities } = this.#options;
    return allRows((page) => authorities.evaluate(accessControl, 'ListGrants', { patientId, ...page }));
  }

  /** Puts what was fetched into the mirror, unless that is further already; only within `store.commit`. */
  put(patientId: string, { policy, grants, subscriptions }: Consent): void {
    const { mirror } = this.#options;
    if ((mirror.policy(patientId)?.version ?? 0) > policy.version) return;
    mirror.putGrants(grants);
    mirror.putSubscriptions(subscriptions);
    mirror.putPolicy(patientId, policy);
  }

  /** For a mirror that says no: a grant may be younger than what was read. Leaves it as it is while the ledger is away. */
  async refresh(patientId: string): Promise<void> {
    let consent: Consent | undefined;
    try {
      consent = await answerWithin(REFRESH_MAX_MS, () => this.fetch(patientId));
    } catch (error) {
      // A patient whom the ledger does not know has granted nothing.
      if (!(error instanceof LedgerError)) throw error;
    }
    if (consent !== undefined) {
      const heard = consent;
      await this.#options.store.commit(() => this.put(patientId, heard));
    }
  }

  /** Grants in force that bring notices about the patient, or about one record of the patient's. */
  noticing(patientId: string, record?: RecordTerms): MirroredGrant[] {
    const { mirror } = this.#options;
    const subscriptions = mirror.subscriptions(patientId);
    const atMs = this.#clock();
    const rules = mirror.grants(patientId);
    const undenied = record === undefined ? undeniedGrants(rules, atMs) : readingGrants(rules, record, atMs);
    return undenied.filter((grant) => bringsNotices(grant, subscriptions, atMs));
  }

  /** Grants and denials in force that are about a right of this authority for a purpose. */
  concerning(patientId: string, permission: Permission, purpose: PurposeOfUse): MirroredGrant[] {
    return this.inForce(patientId).filter((grant) => concerns(grant, permission, purpose));
  }

  inForce(patientId: string): MirroredGrant[] {
    const atMs = this.#clock();
    return this.known(patientId).filter((grant) => isInForce(grant, atMs));
  }

  /** Every grant and denial of the patient that is mirrored here, ended ones included. */
  known(patientId: string): MirroredGrant[] {
    return this.#options.mirror.grants(patientId);
  }

  #fetchSubscriptions(patientId: string): Promise<SubscriptionState[]> {
    const { authorities, authorityId } = this.#options;
    return allRows((page) =>
      authorities.evaluate(accessControl, 'ListSubscriptions', { patientId, authorityId, ...page }),
    );
  }
}
