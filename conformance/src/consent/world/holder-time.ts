/**
 * Time as it passes for the provider that holds the records: the host's, and what its clock was moved ahead besides. It never
 * goes back, also where the provider begins again by the host's clock: what had passed, had passed.
 */
export class HolderTime {
  #aheadMs = 0;
  #comingMs = 0;

  /** At least so late it is: for what begins. */
  get atLeastMs(): number {
    return performance.now() + this.#aheadMs;
  }

  /** At most so late it is: for what has come already. */
  get atMostMs(): number {
    return performance.now() + this.#aheadMs + this.#comingMs;
  }

  /** Time passes while something is done. */
  async pass(ms: number, how: () => Promise<void>): Promise<void> {
    this.#comingMs = ms;
    await how();
    this.#aheadMs += ms;
    this.#comingMs = 0;
  }
}
