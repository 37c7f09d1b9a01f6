import { sha256Hex, utf8 } from '@careledger/crypto';
import { accessControl, type ItemResult, type SubscriptionState } from '@careledger/contracts';
import type { Permission, PurposeOfUse } from '@careledger/domain';
import { encryptTo } from '@careledger/envelope';
import { everyRow, submitWithRetry } from '@careledger/ledger';
import { onLedger } from '@careledger/ledger/service';
import { SEALED_CONTEXT, type SubscriptionReason } from '@careledger/protocol';
import { readStatement } from '@careledger/statements';
import type { Issuer } from '../issuer.js';
import type { Channel } from '../ledger-port.js';
import { currentKey, type Directory } from '../policy/directory.js';
import type { MirrorStore } from '../policy/mirror-store.js';
import { problem } from '../problem.js';
import type { Store } from '../store/store.js';

export interface SubscriptionServiceOptions {
  readonly issuer: Issuer;
  readonly authorities: Channel;
  readonly directory: Directory;
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
  readonly idempotencyKey?: string;
}

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
   * On the ledger when this resolves. With an idempotency key, the same request again is the same subscription.
   * @throws ProblemError PATIENT_UNKNOWN, LEDGER_UNAVAILABLE, IDEMPOTENCY_KEY_REUSED
   */
  async request(wanted: SubscriptionWanted): Promise<{ subscriptionId: string; txId: string }> {
    const { patientId, permissions, purposes, until, idempotencyKey } = wanted;
    const { issuer } = this.#options;
    const statement = await this.#once(idempotencyKey, wanted, async () => {
      const sealed = await this.#sealReason(wanted);
      return issuer.make('requestSubscription', ['authorities'], {
        patientId,
        permissions: [...permissions],
        purposes: [...purposes],
        ...(until !== undefined && { until }),
        ...(sealed !== undefined && { sealed }),
      });
    });
    const { txId } = await this.#submit('RequestSubscription', statement);
    return { subscriptionId: readStatement(statement).payload.sid, txId };
  }

  /** @throws ProblemError SUBSCRIPTION_UNKNOWN, LEDGER_UNAVAILABLE */
  async cancel(subscriptionId: string): Promise<{ txId: string }> {
    const { issuer } = this.#options;
    const { patientId } = await this.#find(subscriptionId);
    const statement = await this.#once(`cancel/${subscriptionId}`, subscriptionId, async () =>
      issuer.make('cancelSubscription', ['authorities'], { subscriptionId, patientId }),
    );
    const { txId } = await this.#submit('CancelSubscription', statement);
    return { txId };
  }

  /** As the ledger has them. @throws ProblemError LEDGER_UNAVAILABLE */
  list(page: SubscriptionPage): Promise<{ rows: SubscriptionState[]; bookmark: string }> {
    const { authorities, issuer } = this.#options;
    return onLedger(() =>
      authorities.evaluate(accessControl, 'ListSubscriptions', { authorityId: issuer.authorityId, ...page }),
    );
  }

  async #sealReason({ patientId, reason }: SubscriptionWanted): Promise<string | undefined> {
    if (reason === undefined) return undefined;
    const patient = await onLedger(() => this.#options.directory.patient(patientId));
    const key = currentKey(patient.encryptionKeys);
    if (key === undefined) throw problem('PATIENT_UNKNOWN', 'The patient has no encryption key');
    const content: SubscriptionReason = { v: 1, reason };
    return encryptTo(key, utf8(JSON.stringify(content)), { context: SEALED_CONTEXT.subscriptionReason });
  }

  #submit(transaction: 'RequestSubscription' | 'CancelSubscription', statement: string): Promise<ItemResult> {
    const { authorities } = this.#options;
    return onLedger(async () => {
      const { result } = await submitWithRetry(() =>
        authorities.submit(accessControl, transaction, { statement }),
      );
      return result;
    });
  }

  /** The statement of this request, made once and kept before it is sent. */
  async #once(key: string | undefined, request: unknown, make: () => Promise<string>): Promise<string> {
    if (key === undefined) return make();
    const { store } = this.#options;
    const requestKey = `subscription/${key}`;
    const requestSha256 = sha256Hex(JSON.stringify(request));
    const find = () =>
      store.get<{ statement: string; requestSha256: string }>(
        'SELECT statement, request_sha256 AS requestSha256 FROM statements WHERE request_key = ?',
        requestKey,
      );
    let kept = find();
    if (kept === undefined) {
      const statement = await make();
      await store.commit(() =>
        store.run(
          'INSERT INTO statements VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
          requestKey,
          requestSha256,
          statement,
        ),
      );
      kept = find() ?? { statement, requestSha256 };
    }
    if (kept.requestSha256 !== requestSha256)
      throw problem('IDEMPOTENCY_KEY_REUSED', 'The key stands for another request');
    return kept.statement;
  }

  /** From the mirror, or from the ledger where its event is still on its way. */
  async #find(subscriptionId: string): Promise<Pick<SubscriptionState, 'patientId'>> {
    const mirrored = this.#options.mirror.subscription(subscriptionId);
    if (mirrored !== undefined) return mirrored;
    for await (const row of everyRow((page) => this.list(page)))
      if (row.subscriptionId === subscriptionId) return row;
    throw problem('SUBSCRIPTION_UNKNOWN', 'This authority has no such subscription');
  }
}
