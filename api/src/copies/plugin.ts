import { startWorker, type ServiceApp } from '@careledger/service-kit';
import type { Outbox } from '../outbox/outbox.js';
import { CopyEnding, type CopyEndingOptions } from './ending.js';
import { CopyBacklog, type CopyBacklogOptions } from './backlog.js';
import { CopyEndAttester, type CopyEndAttesterOptions } from './end-attester.js';
import type { CopySearch } from './copy-search.js';
import type { CopyIntake } from './intake.js';
import type { IntakeStore } from './intake-store.js';
import { addProgressRoutes } from './progress-routes.js';
import { ReadingAnchors, type ReadingAnchorsOptions } from './reading-anchors.js';
import { addReadingDayRoutes } from './reading-day-routes.js';
import type { ReadingDaysOptions } from './reading-days.js';
import { ReadingLog } from './reading-log.js';
import { addCopyRoutes } from './routes.js';
import type { SealedBox } from '../store/sealed-box.js';

/** How often it is looked for versions whose time to be asked for again has come. */
const COPYING_INTERVAL_MS = 2_000;
/** How often it is looked for grants that let a copy be kept, and for room. */
const LOOKING_BACK_INTERVAL_MS = 2_000;
/** How often it is looked for copies that have ended by time alone. */
const ENDING_INTERVAL_MS = 5_000;
/** How often it is looked for days that are over. */
const ANCHORING_INTERVAL_MS = 60_000;

export interface CopiesOptions
  extends
    Omit<CopyEndingOptions, 'attester'>,
    Omit<CopyBacklogOptions, 'found'>,
    Omit<CopyEndAttesterOptions, 'outbox'>,
    Omit<ReadingAnchorsOptions, 'outbox' | 'readingLog'>,
    Omit<ReadingDaysOptions, 'readingLog'> {
  readonly box: SealedBox;
  readonly outbox: Outbox;
  readonly search: CopySearch;
  readonly waiting: IntakeStore;
  readonly intake: CopyIntake;
  /** What has been heard of the ledger wakes this. */
  readonly heard: CopyWaking;
}

/** Wakes what keeps copies, once it is there: notices are heard before. */
export class CopyWaking {
  #wake: (() => void) | undefined;

  readonly wake = (): void => this.#wake?.();

  on(wake: () => void): void {
    this.#wake = wake;
  }
}

/**
 * Copies that patients let this authority keep: made of what is and was announced, searched, and destroyed when they
 * have ended.
 */
export async function copiesPlugin(app: ServiceApp, options: CopiesOptions): Promise<void> {
  const { intake, heard, logger, search } = options;
  const attester = new CopyEndAttester(options);
  options.outbox.handle('copy-end', attester);
  const ending = new CopyEnding({ ...options, attester });
  const readingLog = new ReadingLog(options.store, options.box);
  const anchors = new ReadingAnchors({ ...options, readingLog });
  options.outbox.handle('reading-day', anchors);
  const copying = startWorker({
    ...{ name: 'copies', logger, idleMs: COPYING_INTERVAL_MS },
    run: () => intake.round(),
  });
  const backlog = new CopyBacklog({ ...options, found: () => copying.wake() });
  const heardBy = [
    copying,
    startWorker({
      ...{ name: 'backlog of copies', logger, idleMs: LOOKING_BACK_INTERVAL_MS },
      run: () => backlog.round(),
    }),
    startWorker({
      ...{ name: 'ending of copies', logger, idleMs: ENDING_INTERVAL_MS },
      run: () => ending.round(),
    }),
  ];
  const anchoring = startWorker({
    ...{ name: 'anchors of readings', logger, idleMs: ANCHORING_INTERVAL_MS },
    run: () => anchors.round(),
  });
  heard.on(() => {
    for (const worker of heardBy) worker.wake();
  });
  addCopyRoutes(app, search);
  addProgressRoutes(app, { ...options, backlog });
  addReadingDayRoutes(app, { ...options, readingLog });
  app.addHook('onClose', () => Promise.all([...heardBy, anchoring].map((worker) => worker.stop())));
}
