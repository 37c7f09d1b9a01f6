import { BATCH_MAX_ITEMS, accessControl } from '@careledger/contracts';
import { timestampOf } from '@careledger/domain';
import { startWorker, type Logger, type Worker } from '@careledger/service-kit';
import type { Channel } from '../ledger-port.js';
import type { Store } from '../store/store.js';
import type { MirrorStore } from './mirror-store.js';
import type { Policy } from './policy.js';
import type { Registrations } from './registrations.js';

/** How often the own peer is asked whether the mirror is what it has. */
const MIRROR_CHECK_INTERVAL_MS = 5 * 60_000;

export interface MirrorKeeperOptions {
  readonly authorityId: string;
  readonly authorities: Channel;
  readonly store: Store;
  readonly mirror: MirrorStore;
  readonly policy: Policy;
  readonly registrations: Pick<Registrations, 'refreshPatient'>;
  readonly logger: Logger;
  readonly clock?: () => number;
}

/**
 * Knows how old the mirror is. Events tell what changes, but not that nothing has: so each patient's policy version is
 * compared with the own peer's, and when they were last equal is on disk.
 */
export class MirrorKeeper implements AsyncDisposable {
  readonly #options: MirrorKeeperOptions;
  readonly #clock: () => number;
  readonly #worker: Worker;

  constructor(options: MirrorKeeperOptions) {
    this.#options = options;
    this.#clock = options.clock ?? Date.now;
    this.#worker = startWorker({
      name: 'age of the mirror',
      logger: options.logger,
      idleMs: MIRROR_CHECK_INTERVAL_MS,
      run: async (signal) => {
        await this.check(signal);
        return false;
      },
    });
  }

  /** Compares every mirrored patient's policy with the own peer's; what differs is read again. @throws LedgerError */
  async check(signal?: AbortSignal): Promise<void> {
    const { mirror } = this.#options;
    for (let after = ''; signal?.aborted !== true;) {
      const patientIds = mirror.patientIds(after, BATCH_MAX_ITEMS);
      const last = patientIds.at(-1);
      if (last === undefined) return;
      await this.#compare(patientIds);
      after = last;
    }
  }

  stop(): Promise<void> {
    return this.#worker.stop();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #compare(patientIds: readonly string[]): Promise<void> {
    const { authorities, authorityId, registrations, mirror, policy, store } = this.#options;
    const heardAt = timestampOf(this.#clock());
    // One call for many patients; what it would decide matters to nobody.
    const requests = patientIds.map((patientId) => ({
      patientId,
      requester: authorityId,
      granteeTags: [],
      permission: 'read' as const,
      purpose: 'TREAT' as const,
      tagGroups: [],
    }));
    const { decisions } = await authorities.evaluate(accessControl, 'DecideAll', { requests });
    const versions = new Map(
      patientIds.map((patientId, index) => [patientId, decisions[index]?.policyVersion]),
    );
    const outdated = await store.commit(() =>
      patientIds.filter((patientId) => {
        const version = versions.get(patientId);
        if (version === undefined || mirror.policy(patientId)?.version !== version) return true;
        mirror.putPolicy(patientId, { version, heardAt });
        return false;
      }),
    );
    for (const patientId of outdated) {
      // A peer that does not know the patient says nothing of the policy: it grows old.
      if (versions.get(patientId) === undefined) continue;
      const consent = await policy.fetch(patientId);
      // A change of the patient's keys is a change of the policy, too.
      await registrations.refreshPatient(patientId);
      await store.commit(() => policy.put(patientId, consent));
    }
  }
}
