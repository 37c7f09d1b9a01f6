import { NotYetError } from '@careledger/delivery';
import type { ChannelName } from '@careledger/domain';
import { DurableWork, type Logger, type WorkHealth } from '@careledger/service-kit';
import { LANES, type Lane } from '../processing/index.js';
import type { OpenVersion, RecordVersion } from '../records/version-store.js';
import { EMERGENCY_BACKOFF, LEDGER_CONCURRENCY, PERIODIC_BACKOFF, STORING_CONCURRENCY } from './limits.js';

/** A version's step, taken until it is done: see `DurableWork`. */
export type VersionStep = (versionNo: number, lane: Lane, signal: AbortSignal) => Promise<void>;

export interface RecordOutboxOptions {
  /** made → stored, or refused. */
  readonly store: VersionStep;
  /** stored → announced, or refused. */
  readonly announce: VersionStep;
  /** Rows whose next step is to be taken; of one patient or of all, oldest first. */
  readonly open: (patientNo?: number) => readonly OpenVersion[];
  readonly get: (versionNo: number) => RecordVersion | undefined;
  readonly isRegistered: (patientNo: number, channel: ChannelName) => boolean;
  /** A step was taken. */
  readonly onMoved: (version: RecordVersion) => void;
  readonly logger: Pick<Logger, 'warn'>;
}

/**
 * Takes records to their provider and to the authorities: in order per patient and stage, emergencies in a lane with
 * workers, connection and pauses of its own. The rows are the truth; this is their order in memory.
 */
export class RecordOutbox implements AsyncDisposable {
  readonly #options: RecordOutboxOptions;
  readonly #storing: Readonly<Record<Lane, DurableWork<number>>>;
  readonly #announcing: Readonly<Record<Lane, DurableWork<number>>>;

  constructor(options: RecordOutboxOptions) {
    this.#options = options;
    this.#storing = perLane((lane) => this.#work(lane, 'store', STORING_CONCURRENCY));
    this.#announcing = perLane((lane) => this.#work(lane, 'announce', LEDGER_CONCURRENCY));
  }

  /** Goes on with what earlier runs left. */
  start(): void {
    for (const version of this.#options.open()) this.add(version);
  }

  /** Queues a version for its next step. One of a patient who is not registered there yet waits for `registered`. */
  add({ versionNo, patientNo, lane, stage }: OpenVersion): void {
    const channel = stage === 'made' ? 'cloud' : 'authorities';
    if (!this.#options.isRegistered(patientNo, channel)) return;
    const work = stage === 'made' ? this.#storing : this.#announcing;
    work[lane].add(patientNo, versionNo);
  }

  /** A patient has been registered on a channel: what waited for it goes. Call once a patient and channel. */
  registered(patientNo: number, channel: ChannelName): void {
    const stage = channel === 'cloud' ? 'made' : 'stored';
    for (const version of this.#options.open(patientNo)) if (version.stage === stage) this.add(version);
  }

  get health(): WorkHealth[] {
    return LANES.flatMap((lane) => [this.#storing[lane].health, this.#announcing[lane].health]);
  }

  /** Ends the pauses of a lane: there is reason to believe that the other side is back. */
  retryNow(lane: Lane): void {
    this.#storing[lane].retryNow();
    this.#announcing[lane].retryNow();
  }

  async stop(): Promise<void> {
    await Promise.all(LANES.flatMap((lane) => [this.#storing[lane].stop(), this.#announcing[lane].stop()]));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #work(lane: Lane, step: 'store' | 'announce', concurrency: number): DurableWork<number> {
    const { logger } = this.#options;
    return new DurableWork<number>({
      name: `${step}-${lane}`,
      concurrency,
      backoff: lane === 'emergency' ? EMERGENCY_BACKOFF : PERIODIC_BACKOFF,
      isAway: (error) => !(error instanceof NotYetError),
      // Whichever lane finds the other side back first, emergencies do not wait for their own next look.
      onRecovered: () => this.retryNow('emergency'),
      logger,
      run: async (versionNo, signal) => {
        await this.#options[step](versionNo, lane, signal);
        const version = this.#options.get(versionNo);
        if (version === undefined) return;
        if (step === 'store' && version.stage === 'stored') this.add({ ...version, stage: 'stored' });
        this.#options.onMoved(version);
      },
    });
  }
}

function perLane<T>(make: (lane: Lane) => T): Record<Lane, T> {
  return { emergency: make('emergency'), periodic: make('periodic') };
}
