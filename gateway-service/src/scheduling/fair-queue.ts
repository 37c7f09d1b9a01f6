/** What something that waits costs, and whether it should go before others. */
export interface Weight {
  /** In turns; 1 unless given. */
  readonly cost?: number;
  readonly isUrgent?: boolean;
}

interface Waiting<T> {
  readonly item: T;
  readonly cost: number;
  readonly isUrgent: boolean;
}

/** What waits of one sender. */
interface SenderQueue<T> {
  readonly waiting: Waiting<T>[];
  /** What they cost together. */
  cost: number;
  /** How many of them are urgent. */
  urgent: number;
  /** Turns that it has had and not used. */
  credit: number;
}

type Turn<Sender, T> = Map<Sender, SenderQueue<T>>;

/** Turns that urgent senders have for each one of the others, while both wait. */
export const URGENT_TURNS = 8;

/**
 * Senders take turns (deficit round robin, Shreedhar and Varghese 1996): something that costs much uses up many of its
 * sender's, so that a busy sender does not hold up the others, neither by many items nor by large ones. A sender with
 * something urgent goes before those who have nothing urgent, with all that it sent before: its items never change their
 * order. Of every few turns one is theirs all the same: nobody is kept waiting for good by whoever calls everything urgent.
 */
export class FairQueue<Sender, T> {
  readonly #senders = new Map<Sender, SenderQueue<T>>();
  /** Those with something waiting, in the order of their turns. */
  readonly #urgent: Turn<Sender, T> = new Map();
  readonly #normal: Turn<Sender, T> = new Map();
  #size = 0;
  /** What urgent senders have used since the others last had a turn. */
  #spent = 0;

  get size(): number {
    return this.#size;
  }

  get hasUrgent(): boolean {
    return this.#urgent.size > 0;
  }

  /** What all that waits of one sender costs. */
  costOf(sender: Sender): number {
    return this.#senders.get(sender)?.cost ?? 0;
  }

  push(sender: Sender, item: T, { cost = 1, isUrgent = false }: Weight = {}): void {
    let queue = this.#senders.get(sender);
    if (queue === undefined) {
      queue = { waiting: [], cost: 0, urgent: 0, credit: 0 };
      this.#senders.set(sender, queue);
      this.#normal.set(sender, queue);
    }
    queue.waiting.push({ item, cost, isUrgent });
    queue.cost += cost;
    this.#size++;
    if (!isUrgent) return;
    queue.urgent++;
    if (queue.urgent === 1) {
      this.#normal.delete(sender);
      this.#urgent.set(sender, queue);
    }
  }

  shift(): T | undefined {
    const isNormalTurn = this.#urgent.size === 0 || (this.#normal.size > 0 && this.#spent >= URGENT_TURNS);
    const next = this.#take(isNormalTurn ? this.#normal : this.#urgent);
    if (next === undefined) return undefined;
    this.#size--;
    if (this.#urgent.size === 0) this.#spent = 0;
    else this.#spent += isNormalTurn ? -URGENT_TURNS * next.cost : next.cost;
    return next.item;
  }

  /** Takes everything out. */
  *drain(): Iterable<T> {
    for (let item = this.shift(); item !== undefined; item = this.shift()) yield item;
  }

  /** The first item whose sender has the turns for it; each that has not is one turn nearer to it. */
  #take(turn: Turn<Sender, T>): Waiting<T> | undefined {
    for (const [sender, queue] of turn) {
      const [next] = queue.waiting;
      // To the end of the turn, which this loop comes to as well.
      turn.delete(sender);
      queue.credit++;
      if (next === undefined || queue.credit < next.cost) {
        turn.set(sender, queue);
        continue;
      }
      queue.credit -= next.cost;
      queue.waiting.shift();
      queue.cost -= next.cost;
      if (next.isUrgent) queue.urgent--;
      if (queue.waiting.length === 0) this.#senders.delete(sender);
      else (queue.urgent > 0 ? this.#urgent : this.#normal).set(sender, queue);
      return next;
    }
    return undefined;
  }
}
