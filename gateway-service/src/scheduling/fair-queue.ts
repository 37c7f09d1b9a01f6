import Queue from 'yocto-queue';

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
class SenderQueue<Sender, T> {
  readonly waiting = new Queue<Waiting<T>>();
  /** What they cost together. */
  cost = 0;
  /** How many of them are urgent. */
  urgent = 0;
  /** Turns that it has had and not used. */
  credit = 0;
  place: Place<Sender, T> = { queue: this };

  constructor(readonly sender: Sender) {}
}

/** A sender's place in the order of turns, which it leaves for another when it becomes urgent or is so no longer. */
interface Place<Sender, T> {
  readonly queue: SenderQueue<Sender, T>;
}

/** Senders in the order of their turns. A place that its sender has left is passed over when it is met. */
class TurnOrder<Sender, T> {
  readonly #places = new Queue<Place<Sender, T>>();
  #size = 0;

  /** Senders that have their place here. */
  get size(): number {
    return this.#size;
  }

  /** A new place, at the end of the turn; one that the sender has elsewhere is its own no longer. */
  join(queue: SenderQueue<Sender, T>): void {
    queue.place = { queue };
    this.rejoin(queue);
  }

  /** To the end of the turn again, after `next`. */
  rejoin(queue: SenderQueue<Sender, T>): void {
    this.#places.enqueue(queue.place);
    this.#size++;
  }

  /** Its sender joins another order. */
  leave(): void {
    this.#size--;
  }

  /** The sender whose turn it is: it has no place until it joins again. */
  next(): SenderQueue<Sender, T> | undefined {
    for (let place = this.#places.dequeue(); place !== undefined; place = this.#places.dequeue()) {
      if (place.queue.place !== place) continue;
      this.#size--;
      return place.queue;
    }
    return undefined;
  }
}

/** Turns that urgent senders have for each one of the others, while both wait. */
export const URGENT_TURNS = 8;

/**
 * Senders take turns (deficit round robin, Shreedhar and Varghese 1996): something that costs much uses up many of its
 * sender's, so that a busy sender does not hold up the others, neither by many items nor by large ones. A sender with
 * something urgent goes before those who have nothing urgent, with all that it sent before: its items never change their
 * order. Of every few turns one is theirs all the same: nobody is kept waiting for good by whoever calls everything urgent.
 */
export class FairQueue<Sender, T> {
  readonly #senders = new Map<Sender, SenderQueue<Sender, T>>();
  readonly #urgent = new TurnOrder<Sender, T>();
  readonly #normal = new TurnOrder<Sender, T>();
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
      queue = new SenderQueue<Sender, T>(sender);
      this.#senders.set(sender, queue);
      this.#normal.join(queue);
    }
    queue.waiting.enqueue({ item, cost, isUrgent });
    queue.cost += cost;
    this.#size++;
    if (!isUrgent) return;
    queue.urgent++;
    if (queue.urgent === 1) {
      this.#normal.leave();
      this.#urgent.join(queue);
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
  #take(order: TurnOrder<Sender, T>): Waiting<T> | undefined {
    for (let queue = order.next(); queue !== undefined; queue = order.next()) {
      const next = queue.waiting.peek();
      queue.credit++;
      if (next === undefined || queue.credit < next.cost) {
        order.rejoin(queue);
        continue;
      }
      queue.credit -= next.cost;
      queue.waiting.dequeue();
      queue.cost -= next.cost;
      if (next.isUrgent) queue.urgent--;
      if (queue.waiting.size === 0) this.#senders.delete(queue.sender);
      else if (queue.urgent > 0 || order === this.#normal) order.rejoin(queue);
      else this.#normal.join(queue);
      return next;
    }
    return undefined;
  }
}
