import { accessControl, type SubscriptionState } from '@careledger/contracts';
import { randomId128 } from '@careledger/crypto';
import { everyRow } from '@careledger/ledger';
import { onLedger } from '@careledger/ledger/service';
import { assertUnchanged, type IdempotentRequest } from '@careledger/service-kit';
import type { Issuer } from '../issuer.js';
import type { Channel } from '../ledger-port.js';
import { addTask, type Outbox } from '../outbox/outbox.js';
import type { MirrorStore } from '../policy/mirror-store.js';
import { problem } from '../problems.js';
import type { Store } from '../store/store.js';
import { changeRef, type ChangeName, type ChangeStore, type SubscriptionWanted } from './change-store.js';

export interface SubscriptionServiceOptions {
  readonly issuer: Issuer;
  readonly authorities: Channel;
  readonly mirror: MirrorStore;
  readonly store: Store;
  readonly changes: ChangeStore;
  readonly outbox: Pick<Outbox, 'wake'>;
}

export interface SubscriptionPage {
  readonly patientId?: string;
  readonly status?: SubscriptionState['status'];
  readonly pageSize: number;
  readonly bookmark?: string;
}

/** What the patient has decided or left undecided stays: there is nothing to take back. */
const OVER: ReadonlySet<SubscriptionState['status']> = new Set(['cancelled', 'rejected', 'lapsed']);

/** Asks patients to let this authority know, and takes that back. The patient decides. */
export class SubscriptionService {
  readonly #options: SubscriptionServiceOptions;

  constructor(options: SubscriptionServiceOptions) {
    this.#options = options;
  }

  /**
   * On disk and on its way when this resolves. With an idempotency key, the same request again is the same subscription.
   * @throws ProblemError IDEMPOTENCY_KEY_REUSED
   */
  async request(wanted: SubscriptionWanted, request?: IdempotentRequest): Promise<ChangeName> {
    const { changes, store, outbox } = this.#options;
    const before = request && store.requests.find(request);
    const subscriptionId = before?.state === 'same' ? before.reference : randomId128();
    const asked = await store.commit(() => {
      // Two equal requests at once: the first one made the subscription.
      const claimed = request && store.requests.claim(request, subscriptionId);
      const name: ChangeName = {
        subscriptionId: claimed?.state === 'same' ? claimed.reference : subscriptionId,
        kind: 'request',
      };
      if (changes.find(name) !== undefined) return name;
      changes.putRequest(name.subscriptionId, wanted);
      addTask(store, { kind: 'subscription', ref: changeRef(name), subject: wanted.patientId });
      return name;
    });
    outbox.wake();
    return asked;
  }

  /**
   * One that is over stays as it ended: nothing is sent, and undefined is returned. Else it is on disk and on its way.
   * @param ifMatch tags of what the caller has seen
   * @throws ProblemError SUBSCRIPTION_UNKNOWN, RESOURCE_CHANGED, LEDGER_UNAVAILABLE
   */
  async cancel(subscriptionId: string, ifMatch?: string): Promise<ChangeName | undefined> {
    const { changes, issuer, outbox, store } = this.#options;
    const subscription = await this.get(subscriptionId);
    assertUnchanged(ifMatch, subscription);
    const { patientId, status } = subscription;
    if (OVER.has(status)) return undefined;
    const name = { subscriptionId, kind: 'cancellation' } as const;
    const statement = issuer.make('cancelSubscription', ['authorities'], { subscriptionId, patientId });
    await store.commit(() => {
      const { stage = 'refused' } = changes.find(name) ?? {};
      if (stage !== 'refused') return;
      changes.putCancellation({ subscriptionId, patientId }, statement);
      addTask(store, { kind: 'subscription', ref: changeRef(name), subject: patientId });
    });
    outbox.wake();
    return name;
  }

  /** As the ledger has them. @throws ProblemError LEDGER_UNAVAILABLE */
  list(page: SubscriptionPage): Promise<{ rows: SubscriptionState[]; bookmark: string }> {
    const { authorities, issuer } = this.#options;
    return onLedger(() =>
      authorities.evaluate(accessControl, 'ListSubscriptions', { authorityId: issuer.authorityId, ...page }),
    );
  }

  /**
   * From the ledger; the mirror says whose it is, so that not all are read.
   * @throws ProblemError SUBSCRIPTION_UNKNOWN, LEDGER_UNAVAILABLE
   */
  async get(subscriptionId: string): Promise<SubscriptionState> {
    const mirrored = this.#options.mirror.subscription(subscriptionId);
    const whose = mirrored && { patientId: mirrored.patientId };
    for await (const row of everyRow((page) => this.list({ ...whose, ...page })))
      if (row.subscriptionId === subscriptionId) return row;
    throw problem('SUBSCRIPTION_UNKNOWN', 'This authority has no such subscription');
  }
}
