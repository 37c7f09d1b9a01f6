/** Lets some go on at the same time: each waits until all of them are ready, or have given up. */
export class CommonStart {
  readonly #ready = Promise.withResolvers<void>();
  #awaited: number;

  constructor(count: number) {
    this.#awaited = count;
  }

  /** One of them is ready, or gives up. */
  arrive(): void {
    this.#awaited -= 1;
    if (this.#awaited <= 0) this.#ready.resolve();
  }

  /** Resolves when nobody is waited for any more. */
  get all(): Promise<void> {
    return this.#ready.promise;
  }
}
