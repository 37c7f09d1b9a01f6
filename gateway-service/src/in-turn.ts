/** Does what is about the same one after another, in the order of asking. What fails keeps nothing after it from its turn. */
export class InTurn<Key> {
  /** The last that is under way. */
  readonly #last = new Map<Key, Promise<void>>();

  /** Errors as of `work`. */
  async run(about: Key, work: () => Promise<void>): Promise<void> {
    const before = this.#last.get(about) ?? Promise.resolve();
    const turn = before.catch(() => undefined).then(work);
    this.#last.set(about, turn);
    try {
      await turn;
    } finally {
      if (this.#last.get(about) === turn) this.#last.delete(about);
    }
  }
}
