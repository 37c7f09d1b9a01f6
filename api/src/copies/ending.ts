import type { Logger } from '@careledger/service-kit';
import type { Store } from '../store/store.js';
import type { Allowances } from './allowances.js';
import type { CopyStore } from './copy-store.js';
import type { CopyEndAttester, EndedCopy } from './end-attester.js';
import type { IntakeStore } from './intake-store.js';

export interface CopyEndingOptions {
  readonly allowances: Allowances;
  readonly attester: Pick<CopyEndAttester, 'owed' | 'add' | 'added'>;
  readonly copies: CopyStore;
  readonly waiting: IntakeStore;
  readonly store: Store;
  readonly logger: Logger;
  /** Default: Date.now. */
  readonly clock?: () => number;
}

/**
 * Destroys the copy of every patient who does not let it be kept any more: by a revocation, or since its grant has ended. Where one
 * of several grants has ended, what of the copy no other one is about. It is hidden before, from when the mirror has heard of it.
 * What leaves a copy by what is said of it alone (`intake.ts`) is erased there, and forgotten here.
 * Afterwards the ledger is told, of each grant that has ended.
 */
export class CopyEnding {
  readonly #options: CopyEndingOptions;
  readonly #clock: () => number;
  /** By patient the grants that let a copy be kept when it was last looked at; none after a start. */
  #known: ReadonlyMap<string, ReadonlySet<string>> = new Map();

  constructor(options: CopyEndingOptions) {
    this.#options = options;
    this.#clock = options.clock ?? Date.now;
    // What a process that was killed had erased may lie in the write-ahead log still.
    options.store.forgetErased();
  }

  /** Ends all that has ended. Returns whether there may be more: there never is. */
  async round(): Promise<boolean> {
    const { allowances, attester, copies, logger, store, waiting } = this.#options;
    const owed = attester.owed();
    const ofEnded = new Set(owed.map(({ patientId }) => patientId));
    const patientIds = copies.keys.patientIds();
    const over = patientIds.filter((patientId) => !allowances.stands(patientId));
    const others = patientIds.filter((patientId) => allowances.stands(patientId));
    const known = new Map(others.map((patientId) => [patientId, this.#grantIdsOf(patientId)]));
    const lessened = others.filter(
      (patientId) => ofEnded.has(patientId) || this.#isLessened(patientId, known),
    );
    let hasErased = false;
    if (over.length + lessened.length > 0 || copies.hasErased)
      await store.commit(() => {
        for (const patientId of over) {
          copies.destroy(patientId);
          waiting.forget(patientId);
        }
        for (const patientId of lessened) this.#prune(patientId);
        hasErased = copies.takeErased();
      });
    this.#known = known;
    // Also what has left the copy as it was confirmed, or replaced, and was erased then.
    if (hasErased || owed.length > 0) store.forgetErased();
    for (const patientId of over) logger.info({ patientId }, 'a copy has ended: its key is destroyed');
    await this.#attest(owed);
    return false;
  }

  /** Once what they let be kept is gone from the store's files. */
  async #attest(ended: readonly EndedCopy[]): Promise<void> {
    const { attester, copies, store } = this.#options;
    if (ended.length === 0) return;
    await store.commit(() => {
      for (const each of ended)
        attester.add(each, copies.count(each.patientId) > 0 ? 'of-other-grants' : 'nothing');
    });
    attester.added();
  }

  #grantIdsOf(patientId: string): ReadonlySet<string> {
    return new Set(this.#options.allowances.grants(patientId).map(({ grantId }) => grantId));
  }

  /** Whether a grant may have ended since it was last looked at. */
  #isLessened(patientId: string, known: ReadonlyMap<string, ReadonlySet<string>>): boolean {
    const now = known.get(patientId) ?? new Set();
    return this.#known.get(patientId)?.isSubsetOf(now) !== true;
  }

  #prune(patientId: string): void {
    const { allowances, copies } = this.#options;
    const nowMs = this.#clock();
    copies.prune(patientId, (version) => allowances.cover(version, nowMs));
  }
}
