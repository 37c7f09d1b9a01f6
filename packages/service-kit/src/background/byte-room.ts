/** Somebody who waits for room. */
interface Waiting {
  readonly bytes: number;
  readonly enter: () => void;
}

/** Room in memory that work shares: each piece enters in its turn, as soon as there is room for it. */
export class ByteRoom {
  readonly #waiting: Waiting[] = [];
  #freeBytes: number;

  constructor(readonly totalBytes: number) {
    this.#freeBytes = totalBytes;
  }

  /**
   * Resolves once there is room for so many bytes, which are free again when its result is disposed of. What needs more than there
   * is has all of it to itself.
   * @throws the signal's reason, where it is aborted before
   */
  async enter(bytes: number, signal?: AbortSignal): Promise<Disposable> {
    signal?.throwIfAborted();
    const taken = Math.min(bytes, this.totalBytes);
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    const waiting = { bytes: taken, enter: () => resolve(undefined) };
    const leave = (): void => {
      const index = this.#waiting.indexOf(waiting);
      if (index === -1) return;
      this.#waiting.splice(index, 1);
      reject(signal?.reason);
      // It may have been the one for which there was no room.
      this.#admit();
    };
    signal?.addEventListener('abort', leave, { once: true });
    this.#waiting.push(waiting);
    this.#admit();
    try {
      await promise;
    } finally {
      signal?.removeEventListener('abort', leave);
    }
    let isGivenBack = false;
    return {
      [Symbol.dispose]: () => {
        if (isGivenBack) return;
        isGivenBack = true;
        this.#freeBytes += taken;
        this.#admit();
      },
    };
  }

  /** Does something that needs so many bytes, once there is room for it. @throws as `enter`, and what the work throws */
  async within<T>(bytes: number, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    const place = await this.enter(bytes, signal);
    try {
      return await work();
    } finally {
      place[Symbol.dispose]();
    }
  }

  #admit(): void {
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      if (first.bytes > this.#freeBytes) return;
      this.#waiting.shift();
      this.#freeBytes -= first.bytes;
      first.enter();
    }
  }
}
