import { Worker } from 'node:worker_threads';
import { backoffDelayMs } from '@careledger/service-kit';
import { VERIFY_THREAD_BACKOFF, VERIFY_THREAD_HUNG_MS, VERIFY_THREAD_MEMORY } from '../limits.js';
import { OfferedSignatures, type Offered } from './offered-signatures.js';
import type { SignedBytes } from './signed-bytes.js';

const PROGRAM = new URL('./verify.worker.js', import.meta.url);

export interface VerifyThreadOptions {
  /** The thread died, or does nothing more. Another one is started under load after a while; nothing is lost. */
  readonly onLost: (error: Error) => void;
  /** What the thread runs, and after how long without a sign of life it is given up: the real ones, unless in tests. */
  readonly program?: URL;
  readonly hungMs?: number;
}

/** A thread and what it was offered. */
interface Running {
  readonly worker: Worker;
  readonly signatures: OfferedSignatures;
  readonly watch: NodeJS.Timeout;
}

/**
 * A thread that verifies signatures beside this one, from the first offer on. It only ever helps: nobody waits for it, and
 * what it has not answered when its turn comes is verified by whoever asks. So a thread that dies or hangs loses nothing.
 */
export class VerifyThread {
  readonly #options: VerifyThreadOptions;
  #running: Running | undefined;
  #failures = 0;
  #startMs = Number.NEGATIVE_INFINITY;
  #isClosed = false;

  constructor(options: VerifyThreadOptions) {
    this.#options = options;
  }

  /** Undefined if it is not taken: there is no thread now, no room, or the message is too long. */
  offer(signed: SignedBytes): Offered | undefined {
    if (this.#running === undefined && !this.#mayStart()) return undefined;
    this.#running ??= this.#start();
    return this.#running.signatures.offer(signed);
  }

  /** Ends the thread; what it has answered stays. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const running = this.#running;
    if (running === undefined) return;
    this.#forget(running);
    await running.worker.terminate();
  }

  #mayStart(): boolean {
    return !this.#isClosed && performance.now() >= this.#startMs;
  }

  #start(): Running {
    const { program = PROGRAM, hungMs = VERIFY_THREAD_HUNG_MS } = this.#options;
    const signatures = new OfferedSignatures();
    const { memory } = signatures;
    const worker = new Worker(program, { workerData: memory.shared, resourceLimits: VERIFY_THREAD_MEMORY });
    worker.unref();
    let wasWaiting = false;
    let beats = memory.beats;
    const watch = setInterval(() => {
      if (wasWaiting && memory.beats === beats)
        this.#lost(running, new Error(`It has answered nothing for ${hungMs} ms`));
      wasWaiting = signatures.isWaiting;
      ({ beats } = memory);
    }, hungMs).unref();
    const running = { worker, signatures, watch };
    worker.once('error', (cause) => this.#lost(running, new Error('It failed', { cause })));
    worker.once('exit', (status) => this.#lost(running, new Error(`It ended with status ${status}`)));
    return running;
  }

  #lost(running: Running, error: Error): void {
    if (running !== this.#running) return;
    this.#forget(running);
    void running.worker.terminate();
    // One that worked may have another reason than the one before it.
    if (running.signatures.memory.beats > 0) this.#failures = 0;
    this.#failures++;
    this.#startMs = performance.now() + backoffDelayMs(VERIFY_THREAD_BACKOFF, this.#failures);
    this.#options.onLost(error);
  }

  #forget({ watch }: Running): void {
    clearInterval(watch);
    this.#running = undefined;
  }
}
