import type { GatewayStore } from '../src/store/index.js';

/** Holds back every sync of a store from now on, as a slow disk does. */
export class SlowDisk {
  readonly #store: GatewayStore;
  readonly #sync: GatewayStore['syncThen'];
  readonly #held: (() => void)[] = [];

  constructor(store: GatewayStore) {
    this.#store = store;
    this.#sync = store.syncThen.bind(store);
    store.syncThen = (done) => void this.#held.push(() => this.#sync(done));
  }

  /** Whether a sync is held back. */
  get isHolding(): boolean {
    return this.#held.length > 0;
  }

  /** Syncs from now on go through; what was held back stays so. */
  letOthersThrough(): void {
    this.#store.syncThen = this.#sync;
  }

  /** All of them go on. */
  goOn(): void {
    this.letOthersThrough();
    for (const release of this.#held.splice(0)) release();
  }
}
