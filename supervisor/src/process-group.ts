import { Child, type ChildOptions } from './child.js';

/** All processes of a demo, a test or a bench: started in order, stopped in the reverse order. */
export class ProcessGroup implements AsyncDisposable {
  readonly #children: Child[] = [];
  readonly #detached: boolean;

  /** @param detached see {@link ChildOptions} */
  constructor({ detached = false }: Pick<ChildOptions, 'detached'> = {}) {
    this.#detached = detached;
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

  /** In the order in which they were started. */
  get children(): readonly Child[] {
    return this.#children;
  }

  pids(): number[] {
    return this.#children.flatMap((child) => child.pid ?? []);
  }

  /** Stops all, last started first. */
  async stop(): Promise<void> {
    for (const child of this.#children.toReversed()) await child.stop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}
