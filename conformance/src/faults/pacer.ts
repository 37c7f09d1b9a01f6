/** Lets frames go one by one at a steady rate, as many as are granted; once released, as fast as they can. */
export class Pacer implements Disposable {
  readonly #timer: NodeJS.Timeout;
  readonly #waiting: (() => void)[] = [];
  #granted = 0;
  #isReleased = false;

  constructor(framesPerS: number) {
    // A suite that is skipped makes one too, and must be able to end.
    this.#timer = setInterval(() => this.#letOneGo(), 1_000 / framesPerS).unref();
  }

  /** From now on so many, whatever was left of an earlier grant. */
  grant(frames: number): void {
    this.#granted = frames;
  }

  /** Lets at least so many more go. */
  grantAtLeast(frames: number): void {
    this.#granted = Math.max(this.#granted, frames);
  }

  /** Resolves when the next frame may go. */
  next(): Promise<void> {
    if (this.#isReleased) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  release(): void {
    this.#isReleased = true;
    clearInterval(this.#timer);
    for (const go of this.#waiting.splice(0)) go();
  }

  [Symbol.dispose](): void {
    this.release();
  }

  #letOneGo(): void {
    if (this.#granted === 0) return;
    const go = this.#waiting.shift();
    if (go === undefined) return;
    this.#granted -= 1;
    go();
  }
}
