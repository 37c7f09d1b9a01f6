import { Child, type ChildOptions } from './child.js';
import { peakMemory, type PeakMemory } from './memory.js';

/** All processes of a demo, a test or a bench: started in order, stopped in the reverse order, measured together. */
export class ProcessGroup implements AsyncDisposable {
  readonly #children: Child[] = [];
  readonly #memory: PeakMemory;
  readonly #detached: boolean;

  /**
   * @param extraPids processes that count into the memory besides, such as the caller's own
   * @param detached see {@link ChildOptions}
   */
  constructor(extraPids: readonly number[] = [], { detached = false }: Pick<ChildOptions, 'detached'> = {}) {
    this.#detached = detached;
    this.#memory = peakMemory(() => [...extraPids, ...this.pids()]);
  }

  /** Starts one more member and waits until it is ready. */
  async start(options: ChildOptions): Promise<Child> {
    const child = new Child({ detached: this.#detached, ...options });
    this.#children.push(child);
    await child.start();
    return child;
  }

  child(name: string): Child {
    const found = this.#children.find((child) => child.name === name);
    if (found === undefined) throw new RangeError(`No process is called ${name}.`);
    return found;
  }

  pids(): number[] {
    return this.#children.flatMap((child) => child.pid ?? []);
  }

  /** Peak of the proportional set sizes of all members and their children together, in bytes. */
  get peakPssBytes(): number {
    return this.#memory.peakBytes;
  }

  /** Stops all, last started first. */
  async stop(): Promise<void> {
    this.#memory.stop();
    for (const child of this.#children.toReversed()) await child.stop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}
