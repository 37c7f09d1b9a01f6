import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ROOT } from './packages.js';

const TSC = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
const STARTS = /Starting (incremental )?compilation/;
const ENDS = /Found (\d+) errors?\. Watching for file changes/;

/** `tsc -b --watch` on the whole checkout. What it has to say about the code is printed as it is. */
export class Compiler implements AsyncDisposable {
  readonly #process: ChildProcess;
  #outcome = Promise.withResolvers<boolean>();

  constructor(say: (line: string) => void) {
    this.#process = spawn(process.execPath, [TSC, '-b', '--watch', '--preserveWatchOutput'], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    if (this.#process.stdout === null) throw new TypeError('The compiler has no standard output.');
    createInterface({ input: this.#process.stdout }).on('line', (line) => {
      const errors = ENDS.exec(line)?.[1];
      if (errors !== undefined) {
        this.#outcome.resolve(errors === '0');
        if (errors !== '0') say(`${errors} errors: nothing is restarted until it compiles`);
      } else if (STARTS.test(line)) this.#outcome = Promise.withResolvers();
      else if (line.trim() !== '') say(line);
    });
    // Nothing waits for a compiler that is gone.
    this.#process.once('exit', () => this.#outcome.resolve(false));
  }

  /** Resolves when nothing is being compiled: whether it compiled without errors. */
  compiled(): Promise<boolean> {
    return this.#outcome.promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const gone = once(this.#process, 'exit');
    this.#process.kill();
    await gone;
  }
}
