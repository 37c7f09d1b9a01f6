import { NotYetError } from '@careledger/delivery';
import type { ChannelName } from '@careledger/domain';
import { isDetailKind } from '@careledger/policy';
import { DurableWork, traced, type Logger, type WorkHealth } from '@careledger/service-kit';
import type { Registrations } from '../consent/registrations.js';
import type { RegistrationAwaiter } from '../consent/settle.js';
import { EMERGENCY_BACKOFF, LEDGER_CONCURRENCY, PERIODIC_BACKOFF } from '../ledger-access/limits.js';
import type { PatientProgress } from '../patients/progress.js';
import {
  PRIORITIES,
  type DueQueue,
  type DueRecord,
  type Priority,
  type ProcessingStore,
} from '../processing/index.js';
import type { RecordMaker } from '../records/maker.js';
import type { OwnVersion } from '../records/own-version.js';
import type { Announcing } from './announcing.js';
import { MAKING_CONCURRENCY, STORING_CONCURRENCY } from './limits.js';
import { MakingTurns } from './making-turns.js';
import type { NoticeSender } from './notice-sender.js';
import type { OpenVersion, OwnVersionStore } from './own-version-store.js';
import type { Rewrapper } from './rewrapper.js';
import type { Storing } from './storing.js';

export interface DeliveryPipelineOptions {
  readonly processing: Pick<ProcessingStore, 'due' | 'dueAt' | 'dueDetail' | 'allDue'>;
  readonly versions: Pick<OwnVersionStore, 'open' | 'get'>;
  readonly maker: Pick<RecordMaker, 'make'>;
  readonly storing: Pick<Storing, 'run'>;
  readonly announcing: Pick<Announcing, 'run'>;
  readonly noticeSender: Pick<NoticeSender, 'add' | 'isSending'>;
  readonly rewrapper: Pick<Rewrapper, 'add'>;
  readonly registrations: Pick<Registrations, 'has'>;
  readonly progress: Pick<PatientProgress, 'notify'>;
  readonly clock: () => number;
  readonly logger: Pick<Logger, 'warn'>;
}

type Workers = Readonly<Record<Priority, DurableWork<number>>>;

/**
 * In which order what is of a patient goes: what a grant brings of windows that have passed, a year of them perhaps, keeps
 * nothing back that is measured now.
 */
const turnOf = ({ patientNo, kind }: Pick<DueRecord | OpenVersion, 'patientNo' | 'kind'>): string =>
  `${patientNo}${isDetailKind(kind) ? '/detail' : ''}`;

/**
 * A record's way, stage by stage; each row of a stage is the truth, and this is their order in memory:
 *
 * 1. due: the processor adds it (`processing/processor.ts`).
 * 2. due → made: `records/maker.ts`.
 * 3. made → stored: `storing.ts`.
 * 4. stored → announced: `announcing.ts`.
 * 5. noticed: the notices of an emergency leave once it is made, beside stages 3 and 4: `notice-sender.ts`.
 *
 * In order per patient and stage, single values beside all else. Emergencies have workers, ledger connection, transactions and
 * pauses of their own; while one is made or told, no other record is begun (`making-turns.ts`).
 */
export class DeliveryPipeline implements DueQueue, RegistrationAwaiter, AsyncDisposable {
  readonly #options: DeliveryPipelineOptions;
  readonly #making: Workers;
  readonly #storing: Workers;
  readonly #announcing: Workers;
  readonly #turns: MakingTurns;

  constructor(options: DeliveryPipelineOptions) {
    this.#options = options;
    this.#making = perPriority((priority) => this.#makingWorker(priority));
    this.#storing = perPriority((priority) => this.#storingWorker(priority));
    this.#announcing = perPriority((priority) => this.#announcingWorker(priority));
    this.#turns = new MakingTurns({
      isEmergency: () => this.#making.emergency.health.running > 0 || options.noticeSender.isSending,
    });
  }

  /** Goes on with the records that earlier runs left due. */
  resumeMaking(): void {
    this.addDue(this.#options.processing.allDue());
  }

  /** Goes on with the versions that earlier runs left on their way. */
  start(): void {
    for (const version of this.#options.versions.open()) this.addMade(version);
  }

  /** Stage 1: records that became due, or whose time has come. */
  addDue(due: readonly DueRecord[]): void {
    for (const each of due) this.#making[each.priority].add(turnOf(each), each.dueNo);
  }

  /** Stage 1: single values that became due with the aggregates of their windows, or by a grant. */
  addDetail(patientNo: number): void {
    this.addDue(this.#options.processing.dueDetail(patientNo));
  }

  /**
   * Stages 3 and 4: queues a version for its next step. One of a patient who is not registered there yet waits for
   * `registered`.
   */
  addMade(version: OpenVersion): void {
    const { versionNo, patientNo, priority, stage } = version;
    const channel = stage === 'made' ? 'cloud' : 'authorities';
    if (!this.#options.registrations.has(patientNo, channel)) return;
    const workers = stage === 'made' ? this.#storing : this.#announcing;
    workers[priority].add(turnOf(version), versionNo);
  }

  registered(patientNo: number, channel: ChannelName): void {
    const stage = channel === 'cloud' ? 'made' : 'stored';
    for (const version of this.#options.versions.open(patientNo))
      if (version.stage === stage) this.addMade(version);
  }

  get health(): WorkHealth[] {
    return [
      ...PRIORITIES.map((priority) => this.#making[priority].health),
      ...PRIORITIES.flatMap((priority) => [
        this.#storing[priority].health,
        this.#announcing[priority].health,
      ]),
    ];
  }

  async stopMaking(): Promise<void> {
    await stopAll(this.#making);
  }

  async stop(): Promise<void> {
    await Promise.all([this.#making, this.#storing, this.#announcing].map(stopAll));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #makingWorker(priority: Priority): DurableWork<number> {
    return new DurableWork<number>({
      name: `make-${priority}`,
      concurrency: MAKING_CONCURRENCY,
      backoff: backoffOf(priority),
      logger: this.#options.logger,
      run: async (dueNo) => {
        if (priority === 'periodic') await this.#turns.next();
        await this.#make(dueNo);
      },
    });
  }

  #storingWorker(priority: Priority): DurableWork<number> {
    return new DurableWork<number>({
      name: `store-${priority}`,
      concurrency: STORING_CONCURRENCY,
      ...this.#deliveringOptions(priority),
      run: (versionNo, signal) => this.#store(versionNo, signal),
    });
  }

  #announcingWorker(priority: Priority): DurableWork<number> {
    return new DurableWork<number>({
      name: `announce-${priority}`,
      concurrency: LEDGER_CONCURRENCY,
      ...this.#deliveringOptions(priority),
      run: (versionNo) => this.#announce(versionNo, priority),
    });
  }

  #deliveringOptions(priority: Priority) {
    return {
      backoff: backoffOf(priority),
      isAway: (error: unknown) => !(error instanceof NotYetError),
      // Whichever worker finds the other side back first, emergencies do not wait for their own next look.
      onRecovered: () => this.#retryEmergencies(),
      logger: this.#options.logger,
    };
  }

  async #make(dueNo: number): Promise<void> {
    const { processing, maker, noticeSender, progress, clock } = this.#options;
    const due = processing.due(dueNo);
    // One that is put off is handed out when its time has come.
    if (due === undefined || due.notBeforeMs > clock()) return;
    const about = { parent: due.trace, attributes: { 'careledger.record.kind': due.kind } };
    const making = await traced('make record', about, () => maker.make(due));
    if (making.outcome === 'made') {
      for (const noticeNo of making.noticeNos) noticeSender.add(noticeNo);
      this.addMade({ ...making.version, stage: 'made' });
      if (due.kind === 'periodic') this.addDetail(due.patientNo);
    } else if (making.outcome === 'nothing') {
      // Something happened while it was looked at.
      const again = processing.due(dueNo);
      if (again !== undefined) this.addDue([again]);
    }
    progress.notify(due.patientNo);
  }

  async #store(versionNo: number, signal: AbortSignal): Promise<void> {
    const { storing, versions } = this.#options;
    await storing.run(versionNo, signal);
    const version = versions.get(versionNo);
    if (version === undefined) return;
    if (version.stage === 'stored') this.addMade({ ...version, stage: 'stored' });
    this.#moved(version);
  }

  async #announce(versionNo: number, priority: Priority): Promise<void> {
    const { announcing, versions } = this.#options;
    await announcing.run(versionNo, priority);
    const version = versions.get(versionNo);
    if (version !== undefined) this.#moved(version);
  }

  /** A step was taken: what waited for it goes on. */
  #moved({ patientNo, kind, source, stage }: OwnVersion): void {
    const { processing, rewrapper, progress } = this.#options;
    if (stage !== 'made') rewrapper.add(patientNo);
    if (stage === 'announced' || stage === 'refused') {
      // The next version waited for this one to arrive.
      const due = processing.dueAt(patientNo, kind, source);
      if (due !== undefined) this.addDue([due]);
    }
    progress.notify(patientNo);
  }

  /** Ends the pauses of emergencies: there is reason to believe that the other side is back. */
  #retryEmergencies(): void {
    this.#storing.emergency.retryNow();
    this.#announcing.emergency.retryNow();
  }
}

function perPriority(make: (priority: Priority) => DurableWork<number>): Workers {
  return { emergency: make('emergency'), periodic: make('periodic') };
}

const backoffOf = (priority: Priority) => (priority === 'emergency' ? EMERGENCY_BACKOFF : PERIODIC_BACKOFF);

const stopAll = async (workers: Workers): Promise<void> => {
  await Promise.all(PRIORITIES.map((priority) => workers[priority].stop()));
};
