import { Session, type Profiler as Inspector } from 'node:inspector';
import { isMainThread } from 'node:worker_threads';
import { monotonicMs } from '../run/rounds.js';

/** Microseconds: often enough for a round of a second, seldom enough to leave the shares as they are. */
const SAMPLING_INTERVAL_US = 500;

/** Environment variable: where the threads of all processes leave their profiles, an absolute path. */
export const PROFILES_VARIABLE = 'CARELEDGER_BENCH_PROFILES';

/** What one thread of one process did, as it is kept in a file. */
export interface StoredProfile {
  /** Path of the module that the process was started with. */
  readonly program: string;
  readonly isMainThread: boolean;
  /** On the clock that all processes of the machine share. */
  readonly startMs: number;
  readonly profile: Inspector.Profile;
}

/** Node's own CPU profiler on this thread, from construction until `stop`. */
export class ThreadProfiler {
  readonly #session = new Session();
  readonly #startMs: number;

  constructor() {
    this.#session.connect();
    this.#session.post('Profiler.enable');
    this.#session.post('Profiler.setSamplingInterval', { interval: SAMPLING_INTERVAL_US });
    this.#startMs = monotonicMs();
    this.#session.post('Profiler.start');
  }

  /** Answers at once: a thread that ends has no time to wait. @throws Error of the inspector */
  stop(): StoredProfile {
    const stopped: { error?: Error | null; profile?: Inspector.Profile } = {};
    this.#session.post('Profiler.stop', (error, answer) => {
      stopped.error = error;
      if (error === null) stopped.profile = answer.profile;
    });
    this.#session.disconnect();
    if (stopped.profile === undefined)
      throw stopped.error ?? new Error('The inspector did not answer at once');
    const [, program = ''] = process.argv;
    return { program, isMainThread, startMs: this.#startMs, profile: stopped.profile };
  }
}
