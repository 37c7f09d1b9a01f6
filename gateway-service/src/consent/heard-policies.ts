import type { EventPayload } from '@careledger/contracts';
import { isLedgerAway } from '@careledger/delivery';
import { LedgerError } from '@careledger/ledger';
import { DurableWork, type Backoff, type Logger, type WorkHealth } from '@careledger/service-kit';
import type { Patients } from '../patients/index.js';
import type { GatewayStore } from '../store/index.js';
import type { AdoptedDelegations } from './adopted-delegations.js';
import type { AdoptedRules } from './adopted-rules.js';
import type { GrantStore } from './grant-store.js';
import type { PolicyNewsStore } from './policy-news-store.js';
import type { StepStore } from './step-store.js';

type PolicyNews = EventPayload<'PolicyChanged'>['changes'][number];

/** Patients who are asked for at once. */
const CONCURRENCY = 2;
const BACKOFF: Backoff = { minMs: 250, maxMs: 60_000 };

export interface HeardPoliciesOptions {
  readonly patients: Pick<Patients, 'find' | 'byNo'>;
  readonly store: Pick<GatewayStore, 'deferred' | 'sync'>;
  readonly news: PolicyNewsStore;
  readonly grants: Pick<GrantStore, 'get'>;
  readonly steps: Pick<StepStore, 'job'>;
  readonly rules: Pick<AdoptedRules, 'compare'>;
  readonly delegations: Pick<AdoptedDelegations, 'compare'>;
  readonly logger: Pick<Logger, 'warn'>;
}

/**
 * Hears what changes who may read a patient's records and went past this gateway: what the patient's app has handed to an
 * authority or a provider. Until it is known here, providers refuse the wraps that this gateway makes by what it has.
 * The ledgers are asked beside the events: one that does not answer keeps no other news back.
 */
export class HeardPolicies implements AsyncDisposable {
  readonly #options: HeardPoliciesOptions;
  readonly #work: DurableWork<number>;

  constructor(options: HeardPoliciesOptions) {
    this.#options = options;
    this.#work = new DurableWork<number>({
      name: 'hear-policies',
      concurrency: CONCURRENCY,
      backoff: BACKOFF,
      isAway: (error) => error instanceof LedgerError && isLedgerAway(error),
      logger: options.logger,
      run: (patientNo) => this.#ask(patientNo),
    });
  }

  /** Goes on with what earlier runs left. */
  start(): void {
    for (const patientNo of this.#options.news.patients()) this.#work.add(patientNo, patientNo);
  }

  /** A channel has these, by this transaction. What of it is news is on disk when it resolves. */
  async hear({ changes }: EventPayload<'PolicyChanged'>, txId: string): Promise<void> {
    const { patients, store, news } = this.#options;
    const own = changes.flatMap((change) => {
      const patientNo = patients.find(change.patientId)?.patientNo;
      return patientNo === undefined ? [] : [{ patientNo, isNews: this.#isNews(patientNo, change, txId) }];
    });
    if (own.length === 0) return;
    const told = own.filter(({ isNews }) => isNews).map(({ patientNo }) => patientNo);
    if (told.length > 0)
      store.deferred(() => {
        for (const patientNo of told) news.note(patientNo);
      });
    // Also where it is no news: what made it known may not be on disk yet.
    await store.sync();
    for (const patientNo of told) this.#work.add(patientNo, patientNo);
  }

  get health(): WorkHealth {
    return this.#work.health;
  }

  async stop(): Promise<void> {
    await this.#work.stop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #ask(patientNo: number): Promise<void> {
    const { patients, store, news, rules, delegations } = this.#options;
    const times = news.times(patientNo);
    if (times === undefined) return;
    const patient = patients.byNo(patientNo);
    await rules.compare(patient);
    await delegations.compare(patient);
    store.deferred(() => news.end(patientNo, times));
  }

  #isNews(patientNo: number, { granted, revoked }: PolicyNews, txId: string): boolean {
    const { grants, steps } = this.#options;
    // An appointment, an end of one and a revoke-all do not name what they change; they are rare.
    if (granted.length + revoked.length === 0) return true;
    const isSentHere = (grantId: string): boolean =>
      steps.job(patientNo, grantId).some((step) => step.status === 'open' || step.txId === txId);
    return (
      granted.some(({ grantId }) => {
        const known = grants.get(patientNo, grantId);
        if (known === undefined || known.status === 'refused') return true;
        // One of the patient's takes the place of a delegate's of this id.
        return known.body.path !== undefined && !isSentHere(grantId);
      }) ||
      // With delegates' rules their delegation may have ended.
      revoked.some((grantId) => {
        const known = grants.get(patientNo, grantId);
        return known === undefined || known.status !== 'revoked' || known.body.path !== undefined;
      })
    );
  }
}
