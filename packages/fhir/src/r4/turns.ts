/** How long work goes on before others have their turn, milliseconds. */
const TURN_MS = 20;

/** Gives others their turn, now and then, while something large is worked on. */
export class Turns {
  #sinceMs = performance.now();

  /** Whether it has been long enough since the last one. */
  get isOver(): boolean {
    return performance.now() - this.#sinceMs >= TURN_MS;
  }

  next(): Promise<void> {
    return new Promise((resolve) =>
      setImmediate(() => {
        this.#sinceMs = performance.now();
        resolve();
      }),
    );
  }
}
