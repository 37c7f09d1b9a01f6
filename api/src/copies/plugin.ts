import type { ServiceApp } from '@careledger/service-kit';
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

/** Copies that patients let this authority keep: made of what is and was announced, searched, and destroyed when they have ended. */
export async function copiesPlugin(app: ServiceApp, options: CopiesOptions): Promise<void> {
  const { intake, heard, search } = options;
  const attester = new CopyEndAttester(options);
  options.outbox.handle('copy-end', attester);
  const ending = new CopyEnding({ ...options, attester });
  const backlog = new CopyBacklog({ ...options, found: () => intake.wake() });
  const readingLog = new ReadingLog(options.store, options.box);
  const anchors = new ReadingAnchors({ ...options, readingLog });
  options.outbox.handle('reading-day', anchors);
  anchors.start();
  intake.start();
  backlog.start();
  heard.on(() => {
    intake.wake();
    ending.wake();
    backlog.wake();
  });
  addCopyRoutes(app, search);
  addProgressRoutes(app, { ...options, backlog });
  addReadingDayRoutes(app, { ...options, readingLog });
  app.addHook('onClose', () => Promise.all([intake.stop(), ending.stop(), backlog.stop(), anchors.stop()]));
}
