/** What waits of one sender. */
interface Lane<T> {
  readonly items: T[];
  isUrgent: boolean;
}

/**
 * First come, first served among senders, one item each in turn, so that a busy sender does not hold up the others.
 * A sender with something urgent goes before all who have nothing urgent, with all that it sent before: its items never
 * change their order.
 */
export class FairQueue<Sender, T> {
  readonly #lanes = new Map<Sender, Lane<T>>();
  /** Those with something waiting, in the order of their turns. */
  readonly #urgent = new Map<Sender, Lane<T>>();
  readonly #normal = new Map<Sender, Lane<T>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get hasUrgent(): boolean {
    return this.#urgent.size > 0;
  }

  push(sender: Sender, item: T, isUrgent: boolean): void {
    let lane = this.#lanes.get(sender);
    if (lane === undefined) {
      lane = { items: [], isUrgent: false };
      this.#lanes.set(sender, lane);
    }
    lane.items.push(item);
    this.#size++;
    if (isUrgent && !lane.isUrgent) {
      lane.isUrgent = true;
      this.#normal.delete(sender);
      this.#urgent.set(sender, lane);
    } else if (!lane.isUrgent) this.#normal.set(sender, lane);
  }

  shift(): T | undefined {
    const turn = this.#urgent.size > 0 ? this.#urgent : this.#normal;
    for (const [sender, lane] of turn) {
      const { items } = lane;
      const item = items.shift();
      this.#size--;
      // To the end of the turn, or out of it.
      turn.delete(sender);
      if (items.length > 0) turn.set(sender, lane);
      else this.#lanes.delete(sender);
      return item;
    }
    return undefined;
  }

  /** Takes everything out. */
  *drain(): Iterable<T> {
    for (let item = this.shift(); item !== undefined; item = this.shift()) yield item;
  }
}
