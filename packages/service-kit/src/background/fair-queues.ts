/** Turns that the owner takes in a row while others wait; then one of them has a turn. */
export const OWNER_TURNS_MAX = 16;

/**
 * What waits for one subject, in queues of their own order each. The owner's queues go first, the others take turns, one
 * entry at a time: however much waits in one of them, an entry of another waits for at most one entry of each queue.
 */
export class FairQueues<Entry> {
  // The first queue of a map has the next turn; afterwards it stands last.
  readonly #owners = new Map<string, Entry[]>();
  readonly #others = new Map<string, Entry[]>();
  #ownerTurns = 0;

  get isEmpty(): boolean {
    return this.#owners.size === 0 && this.#others.size === 0;
  }

  lengthOf(queue: string, isOwner: boolean): number {
    return this.#of(isOwner).get(queue)?.length ?? 0;
  }

  add(queue: string, isOwner: boolean, entry: Entry): void {
    const queues = this.#of(isOwner);
    const entries = queues.get(queue);
    if (entries === undefined) queues.set(queue, [entry]);
    else entries.push(entry);
  }

  /** Takes out the entry whose turn it is; undefined where nothing waits. */
  next(): Entry | undefined {
    const doOthersWait = this.#others.size > 0;
    const isOwnersTurn = this.#owners.size > 0 && !(doOthersWait && this.#ownerTurns >= OWNER_TURNS_MAX);
    this.#ownerTurns = isOwnersTurn && doOthersWait ? this.#ownerTurns + 1 : 0;
    return takeFirst(this.#of(isOwnersTurn));
  }

  #of(isOwner: boolean): Map<string, Entry[]> {
    return isOwner ? this.#owners : this.#others;
  }
}

function takeFirst<Entry>(queues: Map<string, Entry[]>): Entry | undefined {
  for (const [queue, entries] of queues) {
    const entry = entries.shift();
    queues.delete(queue);
    if (entries.length > 0) queues.set(queue, entries);
    return entry;
  }
  return undefined;
}
