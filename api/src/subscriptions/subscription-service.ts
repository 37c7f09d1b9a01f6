import { setTimeout as delay } from 'node:timers/promises';
import { randomId128, utf8 } from '@careledger/crypto';
import {
  accessControl,
  type ItemResult,
  type PatientState,
  type SubscriptionState,
} from '@careledger/contracts';
import type { Permission, PurposeOfUse } from '@careledger/domain';
import { encryptTo } from '@careledger/envelope';
import { everyRow, submitWithRetry } from '@careledger/ledger';
import { onLedger } from '@careledger/ledger/service';
import { currentKey } from '@careledger/policy';
import { SEALED_CONTEXT, type SubscriptionReason } from '@careledger/protocol';
import type { IdempotentRequest } from '@careledger/service-kit';
import type { Issuer } from '../issuer.js';
import type { Channel } from '../ledger-port.js';
import type { MirrorStore } from '../policy/mirror-store.js';
import { REGISTRATION_WAIT_MS, isPatientUnknown, type Registrations } from '../policy/registrations.js';
import { problem } from '../problems.js';
import type { Store } from '../store/store.js';
import { assertUnchanged } from '../http/if-match.js';

/** Between two attempts while a registration reaches the peers that endorse. */
const REGISTRATION_RETRY_MS = 250;

export interface SubscriptionServiceOptions {
  readonly issuer: Issuer;
  readonly authorities: Channel;
  readonly registrations: Registrations;
  readonly mirror: MirrorStore;
  readonly store: Store;
}

export interface SubscriptionWanted {
  readonly patientId: string;
  readonly permissions: readonly Permission[];
  readonly purposes: readonly PurposeOfUse[];
  readonly until?: string;
  /** For the patient to read, and nobody else. */
  readonly reason?: string;
  /** Where the caller named a key: tells the same request from another one. */
  readonly request?: IdempotentRequest;
}

/** Taken back by a transaction, or over before. */
export type Cancelled = { readonly txId: string } | { readonly txId: null; readonly already: true };

export interface SubscriptionPage {
  readonly patientId?: string;
  readonly status?: SubscriptionState['status'];
  readonly pageSize: number;
  readonly bookmark?: string;
}

/** Asks patients to let this authority know, and takes that back. The patient decides. */
export class SubscriptionService {
  readonly #options: SubscriptionServiceOptions;

  constructor(options: SubscriptionServiceOptions) {
    this.#options = options;
  }

  /**
   * On the ledger when this resolves; a patient who was enrolled just now is waited for. With an idempotency key, the same request again is the same subscription.
   * @throws ProblemError PATIENT_UNKNOWN, LEDGER_UNAVAILABLE, IDEMPOTENCY_KEY_REUSED
   */
  async request(wanted: SubscriptionWanted): Promise<{ subscriptionId: string; txId: string }> {
    const { patientId, permissions, purposes, until, request } = wanted;
    const { issuer, store } = this.#options;
    const before = request && store.requests.find(request);
    const sid = before?.state === 'same' ? before.reference : randomId128();
    const make = async () => {
      const patient = await onLedger(() => this.#options.registrations.awaited(patientId));
      const sealed = await this.#sealReason(wanted, patient);
      return issuer.make(
        'requestSubscription',
        ['authorities'],
        {
          patientId,
          permissions: [...permissions],
          purposes: [...purposes],
          ...(until !== undefined && { until }),
          ...(sealed !== undefined && { sealed }),
        },
        sid,
      );
    };
    const { subscriptionId, statement } = await this.#keptRequest(sid, make, request);
    const { txId } = await onLedger(() =>
      this.#onceKnown(() => this.#submit('RequestSubscription', statement)),
    );
    return { subscriptionId, txId };
  }

  /**
   * One that is over stays as it ended: nothing is sent.
   * @param ifMatch tags of what the caller has seen
   * @throws ProblemError SUBSCRIPTION_UNKNOWN, RESOURCE_CHANGED, LEDGER_UNAVAILABLE
   */
  async cancel(subscriptionId: string, ifMatch?: string): Promise<Cancelled> {
    const { issuer } = this.#options;
    const subscription = await this.get(subscriptionId);
    assertUnchanged(ifMatch, subscription);
    const { patientId, status } = subscription;
    if (status === 'cancelled' || status === 'rejected') return { txId: null, already: true };
    const statement = issuer.make('cancelSubscription', ['authorities'], { subscriptionId, patientId });
    const { txId } = await onLedger(() => this.#submit('CancelSubscription', statement));
    return { txId };
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

  async #sealReason(
    { reason }: SubscriptionWanted,
    { encryptionKeys }: PatientState,
  ): Promise<string | undefined> {
    if (reason === undefined) return undefined;
    const key = currentKey(encryptionKeys);
    if (key === undefined) throw problem('PATIENT_UNKNOWN', 'The patient has no encryption key');
    const content: SubscriptionReason = { v: 1, reason };
    return encryptTo(key, utf8(JSON.stringify(content)), { context: SEALED_CONTEXT.subscriptionReason });
  }

  async #submit(
    transaction: 'RequestSubscription' | 'CancelSubscription',
    statement: string,
  ): Promise<ItemResult> {
    const { authorities } = this.#options;
    const { result } = await submitWithRetry(() =>
      authorities.submit(accessControl, transaction, { statement }),
    );
    return result;
  }

  /** The own peer knows the patient; those that endorse may hear of the registration a moment later. */
  async #onceKnown<T>(submit: () => Promise<T>): Promise<T> {
    const deadlineMs = performance.now() + REGISTRATION_WAIT_MS;
    for (;;) {
      try {
        return await submit();
      } catch (error) {
        if (!isPatientUnknown(error) || performance.now() >= deadlineMs) throw error;
        await delay(REGISTRATION_RETRY_MS);
      }
    }
  }

  /** The statement of a request, made once and kept before it is sent, where the caller may send the request again. */
  async #keptRequest(
    sid: string,
    make: () => Promise<string>,
    request: IdempotentRequest | undefined,
  ): Promise<{ subscriptionId: string; statement: string }> {
    const before = this.#kept(sid);
    if (before !== undefined) return { subscriptionId: sid, statement: before };
    const statement = await make();
    if (request === undefined) return { subscriptionId: sid, statement };
    const { store } = this.#options;
    return store.commit(() => {
      const claimed = store.requests.claim(request, sid);
      // Two equal requests at once: the first one made the subscription.
      const subscriptionId = claimed.state === 'same' ? claimed.reference : sid;
      return { subscriptionId, statement: this.#keep(subscriptionId, statement) };
    });
  }

  #kept(sid: string): string | undefined {
    const sql = 'SELECT statement FROM statements WHERE sid = ?';
    return this.#options.store.get<{ statement: string }>(sql, sid)?.statement;
  }

  /** Only within `store.commit`; the one that was kept before stays. */
  #keep(sid: string, statement: string): string {
    const { store } = this.#options;
    store.run('INSERT INTO statements VALUES (?, ?) ON CONFLICT DO NOTHING', sid, statement);
    return this.#kept(sid) ?? statement;
  }
}
