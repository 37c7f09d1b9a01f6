import { STATEMENT_MAX_SKEW_S } from '@careledger/contracts';
import { subscriptionAt } from '@careledger/policy';
import { startWorker, type Logger, type Worker } from '@careledger/service-kit';
import type { MirrorStore } from '../policy/mirror-store.js';
import type { Store } from '../store/store.js';
import type { NoticeLog } from './notice-log.js';

/** How often it is looked whether a request has lapsed. */
const LAPSE_CHECK_INTERVAL_MS = 60_000;
/** An answer may be dated so long before it is heard of: the ledger's time is its client's. */
const GRACE_MS = STATEMENT_MAX_SKEW_S * 1_000;

export interface LapsesOptions {
  readonly store: Store;
  readonly mirror: MirrorStore;
  readonly log: NoticeLog;
  readonly logger: Logger;
  readonly clock?: () => number;
}

/**
 * Tells of requests that nobody has answered in time. No transaction says so: it follows from the date on the ledger, and an
 * answer that was in time and is heard of later is told of as any other.
 */
export class Lapses implements AsyncDisposable {
  readonly #options: LapsesOptions;
  readonly #worker: Worker;

  constructor(options: LapsesOptions) {
    this.#options = options;
    this.#worker = startWorker({
      name: 'lapsed requests',
      logger: options.logger,
      idleMs: LAPSE_CHECK_INTERVAL_MS,
      run: async () => {
        await this.check();
        return false;
      },
    });
  }

  async check(): Promise<void> {
    const { clock = Date.now, log, mirror, store } = this.#options;
    const lapsed = mirror
      .pendingSubscriptions()
      .map((row) => subscriptionAt(row, clock() - GRACE_MS))
      .filter(({ status }) => status === 'lapsed');
    if (lapsed.length === 0) return;
    await store.commit(() => {
      for (const data of lapsed) {
        const { patientId, subscriptionId } = data;
        mirror.putSubscription(data);
        log.append({
          type: 'subscription',
          source: `subscription/lapsed/${subscriptionId}`,
          patientId,
          data,
        });
      }
    });
    log.published();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#worker.stop();
  }
}
