import type { Ledger } from '@careledger/ledger';
import { startWorker, type Database, type Logger, type ServiceApp } from '@careledger/service-kit';
import { PendingStore } from './pending-store.js';
import { RecordService, type RecordServiceOptions } from './record-service.js';
import { addRecordRoutes } from './routes.js';
import { Settler, type SettlerOptions } from './settling.js';

/** How often versions without a receipt are looked for: those of an outage, whose callers may never ask again. */
const RESUME_INTERVAL_MS = 60_000;

export interface RecordsOptions
  extends Omit<RecordServiceOptions, 'pending' | 'settler'>, Omit<SettlerOptions, 'cloud' | 'pending'> {
  readonly database: Database;
  readonly ledger: Ledger;
  readonly logger: Logger;
}

/** Versions of records: checked, kept, taken to the ledger, signed for; interrupted ones are finished. */
export async function recordsPlugin(app: ServiceApp, options: RecordsOptions): Promise<void> {
  const { blobs, database, ledger, logger } = options;
  const pending = new PendingStore(database, blobs);
  const outdated = pending.dropOutdated();
  if (outdated.length > 0)
    logger.warn(
      { versions: outdated },
      'dropped versions on their way in a former format: they are sent again',
    );
  const service = new RecordService({ ...options, pending, settler: new Settler({ ...options, pending }) });
  addRecordRoutes(app, service);
  // First the journal's transactions, byte for byte; then versions that never had one. Serving does not wait for it.
  const resuming = startWorker({
    name: 'resume',
    idleMs: RESUME_INTERVAL_MS,
    logger,
    run: async () => {
      const transactions = await ledger.resume();
      const finished = await service.resume();
      if (transactions.length + finished > 0)
        logger.info(
          { transactions: transactions.length, versions: finished },
          'finished what was interrupted',
        );
      return finished > 0;
    },
  });
  app.addHook('onClose', () => resuming.stop());
}
