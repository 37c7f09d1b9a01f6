import { records, type StatementBody } from '@careledger/contracts';
import {
  announceGraceKeyOf,
  announceVersion,
  Grace,
  NotYetError,
  type AnnouncedVersion,
} from '@careledger/delivery';
import { orUndefined } from '@careledger/ledger';
import { traced, type Logger } from '@careledger/service-kit';
import { readStatement } from '@careledger/statements';
import type { Rekeyings } from '../consent/rekeyings.js';
import type { LedgerReader } from '../ledger-access/ledger-link.js';
import type { StatementBatcher } from '../ledger-access/statement-batcher.js';
import type { Patients } from '../patients/index.js';
import { isSignedBy, patientStatement } from '../patients/patient-statement.js';
import type { Priority } from '../processing/index.js';
import type { RaisedAlarms } from '../records/handover.js';
import type { OwnVersion } from '../records/own-version.js';
import type { GatewayStore } from '../store/index.js';
import { raiseRefused } from './refused.js';
import type { OwnVersionStore } from './own-version-store.js';

export interface AnnouncingOptions {
  readonly store: Pick<GatewayStore, 'deferred' | 'sync' | 'keep'>;
  readonly versions: OwnVersionStore;
  readonly technicalAlarms: RaisedAlarms;
  readonly ledger: LedgerReader & {
    readonly announce: Readonly<Record<Priority, Pick<StatementBatcher, 'submit'>>>;
  };
  readonly patients: Pick<Patients, 'byNo'>;
  readonly rekeyings: Pick<Rekeyings, 'isHeld' | 'mayExplain'>;
  readonly networkId: string;
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

  async run(versionNo: number, priority: Priority): Promise<void> {
    const version = this.#options.versions.get(versionNo);
    if (version?.stage !== 'stored') return;
    const about = { parent: version.trace, attributes: { 'careledger.record.kind': version.kind } };
    await traced('announce record', about, () => this.#announce(version, priority));
  }

  async #announce(version: OwnVersion, priority: Priority): Promise<void> {
    const { store, versions, ledger, patients, rekeyings, clock, logger } = this.#options;
    const { versionNo, recordId, manifestHash } = version;
    const announceStatement = await this.#byKeyInForce(version);
    if (announceStatement === null) return;
    const author = patients.byNo(version.patientNo).patientId;
    const outcome = await announceVersion(
      { recordId, version: version.version, author, manifestHash },
      {
        grace: this.#grace,
        clock,
        submit: () => ledger.announce[priority].submit(author, announceStatement),
        find: () => this.#find(version, author),
      },
    );
    // Another key of this gateway's may be there already.
    if (
      outcome.outcome === 'refused' &&
      (await rekeyings.mayExplain(version.patientNo, outcome.code, 'authorities'))
    )
      throw new NotYetError(outcome.code);
    if (outcome.outcome !== 'announced')
      logger.error(
        {
          ...{ recordId, version: version.version, code: outcome.code },
          ...(outcome.outcome === 'foreign' && { author: outcome.found.author }),
        },
        'the announcement was refused for good',
      );
    // After a power failure before it the statement goes again, and the ledger says the same.
    const write = (): void => {
      if (outcome.outcome === 'announced')
        versions.setAnnounced(versionNo, outcome.txId, outcome.blockNumber, clock());
      else {
        versions.setRefused(versionNo, outcome.code);
        raiseRefused(this.#options, version);
      }
    };
    await store.keep(write, { isUrgent: priority === 'emergency' });
  }

  /** What a former key signed is signed anew, on disk, before it leaves. @throws NotYetError while no key counts */
  async #byKeyInForce(version: OwnVersion): Promise<string | null> {
    const { store, versions, patients, rekeyings, networkId } = this.#options;
    const { versionNo, patientNo, announceStatement } = version;
    const { patientId, chain } = patients.byNo(patientNo);
    const isHeld = rekeyings.isHeld(patientNo, 'authorities');
    if (announceStatement === null || (!isHeld && isSignedBy(announceStatement, chain.signer)))
      return announceStatement;
    this.#grace.forget(announceGraceKeyOf(version));
    if (isHeld) throw new NotYetError('STATEMENT_KEY_UNKNOWN');
    const body = readStatement(announceStatement).payload.body as StatementBody<'announceRecord'>;
    const about = { patientId, networkId, channels: ['authorities'] as const, body };
    const signed = patientStatement('announceRecord', about, chain.signer);
    store.deferred(() => versions.reannounce(versionNo, signed));
    await store.sync();
    return signed;
  }

  #find({ recordId, version }: OwnVersion, patientId: string): Promise<AnnouncedVersion | undefined> {
    return orUndefined(
      this.#options.ledger
        .channel('authorities')
        .evaluate(records, 'GetAnnouncement', { patientId, recordId, version }),
      'RECORD_UNKNOWN',
    );
  }
}
