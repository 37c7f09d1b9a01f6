import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { BenchError } from '../errors.js';
import type { WorkerReply, WorkerRequest, Handlers } from './serve.js';

/** Time that a worker gets to end by itself. */
const EXIT_TIMEOUT_MS = 5_000;

type Argument<F> = F extends (argument: infer A) => unknown ? A : never;
type Result<F> = F extends (argument: never) => infer R ? Awaited<R> : never;

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/**
 * A process that does one side of a measure, so that its CPU time is its own and no other side's garbage or compiled
 * code gets in its way. `H` is the type of its handlers.
 */
export class WorkerProcess<H extends Handlers> implements AsyncDisposable {
  readonly #program: string;
  readonly #process: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 0;

  /** @param program the worker's module, relative to bench/dist, e.g. `ingest/verify.worker.js` */
  constructor(program: string, nodeOptions: readonly string[] = []) {
    this.#program = program;
    const path = fileURLToPath(new URL(`../${program}`, import.meta.url));
    this.#process = fork(path, {
      execArgv: [...nodeOptions],
      env: process.env,
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.#process.on('message', (reply: WorkerReply) => this.#settle(reply));
    this.#process.once('exit', (code, signal) => this.#ended(`ended with ${code ?? signal}`));
    this.#process.once('error', (error) => this.#ended(error.message));
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** @throws BenchError `WORKER_FAILED` */
  call<N extends keyof H & string>(name: N, argument: Argument<H[N]>): Promise<Result<H[N]>> {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as (result: unknown) => void, reject });
      const request: WorkerRequest = { id, name, argument };
      this.#process.send(request, (error) => {
        if (error) this.#ended(error.message);
      });
    });
  }

  /** Lets the process end, as `serveWorker` does when nobody listens any more. */
  async close(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const exited = once(this.#process, 'exit');
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), EXIT_TIMEOUT_MS);
    if (this.#process.connected) this.#process.disconnect();
    await exited;
    clearTimeout(timer);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #settle(reply: WorkerReply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if ('error' in reply) waiting?.reject(this.#failure(reply.error));
    else waiting?.resolve(reply.result);
  }

  #ended(how: string): void {
    for (const { reject } of this.#waiting.values()) reject(this.#failure(how));
    this.#waiting.clear();
  }

  #failure(what: string): BenchError {
    return new BenchError('WORKER_FAILED', `${this.#program}: ${what}`);
  }
}
