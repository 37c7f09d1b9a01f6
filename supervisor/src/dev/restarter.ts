import { setTimeout as delay } from 'node:timers/promises';
import type { Child } from '../child.js';

/** A compiler writes one file after another: what comes within this time of the last one counts as one change. */
const QUIET_MS = 300;

/** A process with what it runs. */
export interface Restartable {
  readonly child: Child;
  /** Folders of the packages whose code it runs. */
  readonly packages: ReadonlySet<string>;
  /** Makes what the process loads of what is compiled. */
  readonly prepare?: () => Promise<void>;
}

export interface RestarterOptions {
  /** In the order in which they are to be restarted. */
  readonly processes: readonly Restartable[];
  /** Resolves when nothing is being compiled; false while what was compiled has errors. */
  readonly compiled: () => Promise<boolean>;
  readonly say: (line: string) => void;
}

/** Restarts processes whose code has changed, one after another; what changes meanwhile is restarted next. */
export class Restarter {
  readonly #options: RestarterOptions;
  readonly #changed = new Set<string>();
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;

  constructor(options: RestarterOptions) {
    this.#options = options;
  }

  /** Folders of all packages that any of the processes runs. */
  get packages(): ReadonlySet<string> {
    return new Set(this.#options.processes.flatMap(({ packages }) => [...packages]));
  }

  /** Code of a package was written. */
  changed(folder: string): void {
    this.#changed.add(folder);
    this.#running ??= this.#restartAll().finally(() => {
      this.#running = undefined;
    });
  }

  /** Lets the restart that is under way end, and begins no other. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #restartAll(): Promise<void> {
    const { compiled, processes } = this.#options;
    while (this.#changed.size > 0 && !this.#stopping.signal.aborted) {
      await this.#quiet();
      // With errors it waits for the next change: that is what `changed` is called for.
      if (!(await compiled())) return;
      const changed = new Set(this.#changed);
      this.#changed.clear();
      for (const restartable of processes) {
        if (this.#stopping.signal.aborted) return;
        if (!changed.isDisjointFrom(restartable.packages)) await this.#restart(restartable);
      }
    }
  }

  /** Resolves when nothing has changed for a while. */
  async #quiet(): Promise<void> {
    let before;
    do {
      before = this.#changed.size;
      await delay(QUIET_MS, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
    } while (this.#changed.size > before);
  }

  async #restart({ child, prepare }: Restartable): Promise<void> {
    const { say } = this.#options;
    const startMs = performance.now();
    try {
      await prepare?.();
      await child.stop();
      await child.start();
      say(
        `${child.name} restarted in ${((performance.now() - startMs) / 1000).toFixed(1)} s (pid ${child.pid})`,
      );
    } catch (error) {
      say(`${child.name} did not restart: ${String(error)}\nIt is tried again after the next change.`);
    }
  }
}
