import type { Logger } from '@careledger/service-kit';
import type { Lane } from '../processing/index.js';
import type { VersionStore } from '../records/version-store.js';
import type { GatewayStore } from '../store/index.js';
import { isTransientCode, NotYetError, type StatementBatcher } from './statement-batcher.js';

export interface AnnouncingOptions {
  readonly store: Pick<GatewayStore, 'deferred'>;
  readonly versions: VersionStore;
  readonly batchers: Readonly<Record<Lane, Pick<StatementBatcher, 'submit'>>>;
  readonly patientIdOf: (patientNo: number) => string;
  readonly clock: () => number;
  readonly logger: Pick<Logger, 'error'>;
}

/** stored → announced: the same statement until the ledger has taken it, or has refused it for good. */
export class Announcing {
  readonly #options: AnnouncingOptions;

  constructor(options: AnnouncingOptions) {
    this.#options = options;
  }

  async run(versionNo: number, lane: Lane): Promise<void> {
    const { store, versions, batchers, patientIdOf, clock, logger } = this.#options;
    const version = versions.get(versionNo);
    if (version?.stage !== 'stored' || version.announceStatement === null) return;
    const { item, blockNumber } = await batchers[lane].submit(
      patientIdOf(version.patientNo),
      version.announceStatement,
    );
    if (isTransientCode(item.code)) throw new NotYetError(item.code);
    // RECORD_EXISTS: announced by a statement that a restored backup has forgotten. The announcement stands.
    const isAnnounced = item.code === 'OK' || item.code === 'RECORD_EXISTS';
    if (!isAnnounced)
      logger.error({ recordId: version.recordId, code: item.code }, 'the announcement was refused for good');
    store.deferred(() => {
      if (isAnnounced) versions.setAnnounced(versionNo, item.txId, blockNumber, clock());
      else versions.setRefused(versionNo, item.code);
    });
    // Not synced: after a power failure the statement goes again, and the ledger says the same.
  }
}
