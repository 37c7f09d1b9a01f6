import { DECISION_CHANNELS } from '@careledger/consent';
import type { StatementBody } from '@careledger/contracts';
import type { ChannelName } from '@careledger/domain';
import type { PatientProgress } from '../patients/progress.js';
import type { DelegationStore } from './delegation-store.js';
import type { GrantStore } from './grant-store.js';
import type { Registrations } from './registrations.js';
import type { ConsentStep, StepStore } from './step-store.js';
import type { SubscriptionStore } from './subscription-store.js';

/** Holds back a patient's work until the patient is registered: `delivery/pipeline.ts`, `delivery/anchoring.ts`. */
export interface RegistrationAwaiter {
  /** A patient has been registered on a channel: what waited for it goes. Called once a patient and channel. */
  registered(patientNo: number, channel: ChannelName): void;
}

export interface ConsentSettlerOptions {
  readonly grants: GrantStore;
  readonly steps: Pick<StepStore, 'job'>;
  readonly delegations: Pick<DelegationStore, 'setStatus'>;
  readonly subscriptions: SubscriptionStore;
  readonly registrations: Registrations;
  readonly progress: Pick<PatientProgress, 'notify'>;
  /** `delivery/rewrap-store.ts`: within a transaction, has a patient's wraps held against the grants. */
  readonly rewraps: { request(patientNo: number): void };
  /** `delivery/rewrapper.ts`: does so. */
  readonly rewrapper: { add(patientNo: number): void };
  /** `records/detail-due.ts`: within a transaction, has what a grant includes made. */
  readonly detailDue: { request(patientNo: number): void };
  /** `delivery/pipeline.ts`: makes it. */
  readonly making: { addDetail(patientNo: number): void };
  /** In the order in which they are told. */
  readonly awaiters: readonly RegistrationAwaiter[];
  readonly clock: () => number;
}

/** What it brings about that a channel has taken a patient's statement, or refused it for good. */
export class ConsentSettler {
  readonly #options: ConsentSettlerOptions;

  constructor(options: ConsentSettlerOptions) {
    this.#options = options;
  }

  /** Within the transaction that settles a step. @param code the channel's answer to it, where it was asked */
  settling(step: ConsentStep, isDone: boolean, code?: string): void {
    const { kind, job, patientNo, channel } = step;
    const { grants, rewraps, detailDue, clock } = this.#options;
    // Providers hold wraps against the grants that they have on `cloud`.
    const isPolicy =
      kind === 'grant' || kind === 'revoke' || kind === 'deny' || (kind === 'end-delegation' && isDone);
    if (isPolicy && isDone && channel === 'cloud') rewraps.request(patientNo);
    if (kind === 'deny') this.#settlingDenial(step, isDone);
    if (kind === 'delegate') this.#settlingDelegation(step, isDone);
    if (kind !== 'grant') return;
    if (!isDone) {
      grants.setStatus(patientNo, job, 'pending', 'refused');
      if (code !== 'GRANT_REVOKED' || grants.get(patientNo, job)?.status !== 'active') return;
      // Another channel has it, and on this one its revocation, which went past this gateway, was quicker.
      grants.revoke(patientNo, job, clock());
      rewraps.request(patientNo);
      return;
    }
    const grant = grants.get(patientNo, job);
    if (channel !== 'authorities' || grant?.status !== 'pending') return;
    grants.setStatus(patientNo, job, 'pending', 'active');
    detailDue.request(patientNo);
    this.#approve(patientNo, grant.body);
  }

  /** A grant that answers a subscription approves it, as on the ledger. */
  #approve(patientNo: number, { subscriptionId, authorityId, isInPart }: StatementBody<'grant'>): void {
    if (subscriptionId === undefined) return;
    const status = isInPart === true ? 'approved-in-part' : 'approved';
    this.#options.subscriptions.put(patientNo, { subscriptionId, authorityId, status });
  }

  /**
   * It counts where any channel has it. Nothing was wrapped against it from when it was taken in: one that none has is
   * made good for.
   */
  #settlingDenial({ job, patientNo }: ConsentStep, isDone: boolean): void {
    const { grants, rewraps, steps } = this.#options;
    if (isDone) grants.setStatus(patientNo, job, 'pending', 'active');
    else if (steps.job(patientNo, job).every(({ status }) => status === 'refused')) {
      grants.setStatus(patientNo, job, 'pending', 'refused');
      rewraps.request(patientNo);
    }
  }

  /** A delegate signs nothing before every channel knows it. */
  #settlingDelegation({ job, patientNo, channel }: ConsentStep, isDone: boolean): void {
    const { delegations } = this.#options;
    if (!isDone) delegations.setStatus(patientNo, job, 'pending', 'refused');
    else if (channel === DECISION_CHANNELS.delegate.at(-1))
      delegations.setStatus(patientNo, job, 'pending', 'active');
  }

  /** After a step was settled, on disk. */
  settled({ kind, channel, patientNo }: ConsentStep, isDone: boolean): void {
    const { registrations, rewrapper, making, progress, awaiters } = this.#options;
    if (kind === 'register' && isDone && !registrations.has(patientNo, channel)) {
      registrations.note(patientNo, channel);
      for (const awaiter of awaiters) awaiter.registered(patientNo, channel);
    }
    rewrapper.add(patientNo);
    if (kind === 'grant') making.addDetail(patientNo);
    progress.notify(patientNo);
  }

  /** Within the transaction that takes over grants and revocations that reached a ledger by another way. */
  adopting(patientNo: number, given: readonly StatementBody<'grant'>[]): void {
    for (const body of given) this.#approve(patientNo, body);
    this.#options.rewraps.request(patientNo);
    this.#options.detailDue.request(patientNo);
  }

  /** After it. */
  adopted(patientNo: number): void {
    this.#options.rewrapper.add(patientNo);
    this.#options.making.addDetail(patientNo);
  }
}
