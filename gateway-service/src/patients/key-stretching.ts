import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Scrypt, ScryptRequest } from '@careledger/crypto/key-store';
import { FairQueue } from '../scheduling/fair-queue.js';
import { PatientError } from './errors.js';
import { ROOM_RETRY_MS, WAITING_MAX, WAITING_PER_PATIENT_MAX } from './limits.js';

const WORKER = new URL('./stretch.worker.js', import.meta.url);

/**
 * Passphrases become keys one at a time, on a thread of their own: scrypt is meant to be slow and takes 128 MiB, and on
 * Node's pool four of them keep every fdatasync waiting, and so every PUBACK. Patients take turns, so that one who sends
 * many holds up nobody else for longer than one of them.
 */
export class KeyStretching {
  readonly #line = new FairQueue<string, () => Promise<void>>();
  #isRunning = false;
  #isClosed = false;
  #worker: Worker | undefined;

  /**
   * Runs `act` in its turn. @param act gets the scrypt to use
   * @throws PatientError `PASSPHRASES_BUSY`, and what `act` throws
   */
  run<T>(patientId: string, act: (scrypt: Scrypt) => Promise<T>): Promise<T> {
    const isFull = this.#line.costOf(patientId) >= WAITING_PER_PATIENT_MAX || this.#line.size >= WAITING_MAX;
    if (this.#isClosed || isFull) return Promise.reject(busy());
    return new Promise((resolve, reject) => {
      const turn = async (): Promise<void> => {
        if (this.#isClosed) reject(busy());
        else await act((request) => this.#scrypt(request)).then(resolve, reject);
      };
      this.#line.push(patientId, turn);
      void this.#next();
    });
  }

  /** Ends what is under way, and refuses what waits. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#worker?.terminate();
  }

  async #next(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    for (let turn = this.#line.shift(); turn !== undefined; turn = this.#line.shift()) await turn();
    this.#isRunning = false;
  }

  async #scrypt(request: ScryptRequest): Promise<Uint8Array> {
    const worker = new Worker(WORKER, { workerData: request });
    this.#worker = worker;
    const ended = once(worker, 'exit').then(([status]: unknown[]): never => {
      throw new Error(`The thread that stretches a passphrase ended with status ${String(status)}`);
    });
    // Heard by the race, if by anybody.
    ended.catch(() => undefined);
    try {
      // `once` rejects with what the thread threw.
      const [key] = (await Promise.race([once(worker, 'message'), ended])) as [Uint8Array];
      return key;
    } finally {
      this.#worker = undefined;
      await worker.terminate();
    }
  }
}

function busy(): PatientError {
  return new PatientError('PASSPHRASES_BUSY', 'Too many passphrases wait for their turn: try again shortly', {
    retryAfterMs: ROOM_RETRY_MS,
  });
}
