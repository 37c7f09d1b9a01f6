import { records } from '@careledger/contracts';
import { announceVersion, Grace, type AnnouncedVersion } from '@careledger/delivery';
import { orUndefined, type LedgerChannel } from '@careledger/ledger';
import type { Logger } from '@careledger/service-kit';
import type { Lane } from '../processing/index.js';
import type { RecordVersion, VersionStore } from '../records/version-store.js';
import type { GatewayStore } from '../store/index.js';
import type { StatementBatcher } from './statement-batcher.js';

export interface AnnouncingOptions {
  readonly store: Pick<GatewayStore, 'deferred'>;
  readonly versions: VersionStore;
  readonly batchers: Readonly<Record<Lane, Pick<StatementBatcher, 'submit'>>>;
  readonly authorities: () => Pick<LedgerChannel, 'evaluate'>;
  readonly patientIdOf: (patientNo: number) => string;
  readonly clock: () => number;
  readonly logger: Pick<Logger, 'error'>;
}

/** stored → announced: the same statement until the ledger has taken it, or has refused it for good. */
export class Announcing {
  readonly #options: AnnouncingOptions;
  readonly #grace = new Grace();

  constructor(options: AnnouncingOptions) {
    this.#options = options;
  }

  async run(versionNo: number, lane: Lane): Promise<void> {
    const { store, versions, batchers, patientIdOf, clock, logger } = this.#options;
    const version = versions.get(versionNo);
    if (version?.stage !== 'stored' || version.announceStatement === null) return;
    const { recordId, manifestHash, announceStatement } = version;
    const author = patientIdOf(version.patientNo);
    const outcome = await announceVersion(
      { recordId, version: version.version, author, manifestHash },
      {
        grace: this.#grace,
        clock,
        submit: () => batchers[lane].submit(author, announceStatement),
        find: () => this.#find(version, author),
      },
    );
    if (outcome.outcome !== 'announced')
      logger.error(
        {
          ...{ recordId, version: version.version, code: outcome.code },
          ...(outcome.outcome === 'foreign' && { author: outcome.found.author }),
        },
        'the announcement was refused for good',
      );
    store.deferred(() => {
      if (outcome.outcome === 'announced')
        versions.setAnnounced(versionNo, outcome.txId, outcome.blockNumber, clock());
      else versions.setRefused(versionNo, outcome.code);
    });
    // Not synced: after a power failure the statement goes again, and the ledger says the same.
  }

  #find({ recordId, version }: RecordVersion, patientId: string): Promise<AnnouncedVersion | undefined> {
    return orUndefined(
      this.#options.authorities().evaluate(records, 'GetAnnouncement', { patientId, recordId, version }),
      'RECORD_UNKNOWN',
    );
  }
}
