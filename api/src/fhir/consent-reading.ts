import type { GrantState, SubscriptionState } from '@careledger/contracts';
import { everyRow } from '@careledger/ledger';
import { onLedger } from '@careledger/ledger/service';
import type { StatementRef } from '@careledger/fhir';
import type { Meanings } from '../policy/meanings.js';
import type { Policy } from '../policy/policy.js';
import type { SubscriptionPage, SubscriptionService } from '../subscriptions/subscription-service.js';
import type { AskedConsentState } from './consent-resource.js';

export interface ConsentReadingOptions {
  readonly subscriptions: { readonly service: Pick<SubscriptionService, 'list'> };
  readonly policy: Pick<Policy, 'fetchGrants'>;
  readonly meanings: Pick<Meanings, 'of'>;
}

/** What this authority has asked of patients, and what they have given, as the ledger has it now. */
export class ConsentReading {
  readonly #options: ConsentReadingOptions;

  constructor(options: ConsentReadingOptions) {
    this.#options = options;
  }

  /** Undefined where this authority has asked no such thing. @throws ProblemError LEDGER_UNAVAILABLE */
  async find({ patientId, sid }: StatementRef): Promise<AskedConsentState | undefined> {
    const { service } = this.#options.subscriptions;
    for await (const subscription of everyRow((page) => service.list({ patientId, ...page })))
      if (subscription.subscriptionId === sid) return (await this.#withGrants([subscription]))[0];
    return undefined;
  }

  /** @throws ProblemError LEDGER_UNAVAILABLE */
  async list(page: SubscriptionPage): Promise<{ states: AskedConsentState[]; bookmark: string }> {
    const { rows, bookmark } = await this.#options.subscriptions.service.list(page);
    return { states: await this.#withGrants(rows), bookmark };
  }

  async #withGrants(subscriptions: readonly SubscriptionState[]): Promise<AskedConsentState[]> {
    const { meanings, policy } = this.#options;
    const patients = new Set(
      subscriptions.flatMap(({ grantId, patientId }) => (grantId === undefined ? [] : [patientId])),
    );
    const grants = new Map<string, GrantState>();
    for (const patientId of patients)
      for (const grant of await onLedger(() => policy.fetchGrants(patientId)))
        grants.set(grant.grantId, grant);
    return Promise.all(
      subscriptions.map(async (subscription) => {
        const grant = grants.get(subscription.grantId ?? '');
        return { subscription, given: grant && { grant, meaning: await meanings.of(grant) } };
      }),
    );
  }
}
