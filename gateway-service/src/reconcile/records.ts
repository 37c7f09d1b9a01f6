import { records, type AnnouncedRecordState, type StoredRecordState } from '@careledger/contracts';
import { everyRow } from '@careledger/ledger';
import type { OpenVersion, OwnVersionStore } from '../delivery/own-version-store.js';
import type { LedgerReader } from '../ledger-access/ledger-link.js';
import type { Patient } from '../patients/index.js';
import type { OwnVersion } from '../records/own-version.js';
import type { GatewayStore } from '../store/index.js';
import type { Comparison, Found } from './difference.js';

/** Versions that are read at a time. */
const VERSIONS_PER_PAGE = 200;

export interface RecordsComparisonOptions {
  readonly ledger: LedgerReader;
  readonly versions: Pick<OwnVersionStore, 'list' | 'find' | 'hasContent' | 'backTo' | 'get'>;
  readonly store: Pick<GatewayStore, 'deferred'>;
  /** `delivery/pipeline.ts`. */
  readonly pipeline: { addMade(version: OpenVersion): void };
}

/** A version that this gateway holds for stored, or for announced. */
type Done = Pick<OwnVersion, 'versionNo' | 'recordId' | 'version' | 'stage'> & {
  /** Its announcement is at hand; it is signed anew with the provider's receipt. */
  readonly isSigned: boolean;
};

/** What the channels have of a patient's records. */
interface OnChannels {
  /** Newest version by record: every one below it is there too. */
  readonly stored: ReadonlyMap<string, StoredRecordState>;
  /** By `recordId/version`. */
  readonly announced: ReadonlyMap<string, AnnouncedRecordState>;
}

/** Records: this gateway's store, what `cloud` has stored, and what `authorities` has been told of. */
export class RecordsComparison implements Comparison {
  readonly #options: RecordsComparisonOptions;

  constructor(options: RecordsComparisonOptions) {
    this.#options = options;
  }

  async compare(patient: Patient): Promise<Found[]> {
    // Before the channels are asked: what is done meanwhile, they have.
    const done = [...this.#done(patient.patientNo)];
    const on = await this.#onChannels(patient);
    return [...this.#ofStore(done, on), ...this.#ofLedger(patient, on)];
  }

  async #onChannels({ patientId }: Patient): Promise<OnChannels> {
    const { ledger } = this.#options;
    const stored = new Map<string, StoredRecordState>();
    const announced = new Map<string, AnnouncedRecordState>();
    // Announcements first: what is stored meanwhile is on its way to be announced.
    const announcements = everyRow((page) =>
      ledger.channel('authorities').evaluate(records, 'ListAnnouncements', { patientId, ...page }),
    );
    for await (const row of announcements) announced.set(nameOf(row), row);
    const newest = everyRow((page) =>
      ledger.channel('cloud').evaluate(records, 'ListRecords', { patientId, ...page }),
    );
    for await (const row of newest) stored.set(row.recordId, row);
    return { stored, announced };
  }

  /** What this gateway holds for done, and is not. */
  *#ofStore(done: readonly Done[], { stored, announced }: OnChannels): Generator<Found> {
    for (const version of done) {
      const about = nameOf(version);
      if ((stored.get(version.recordId)?.version ?? 0) < version.version)
        yield { code: 'RECORD_NOT_STORED', channel: 'cloud', about, ...this.#again(version, 'made') };
      else if (version.stage === 'announced' && !announced.has(about))
        yield {
          ...{ code: 'RECORD_NOT_ANNOUNCED', channel: 'authorities', about },
          ...this.#again(version, version.isSigned ? 'stored' : 'made'),
        };
    }
  }

  /** What the channels have, and this gateway or the other channel has not. */
  *#ofLedger({ patientId }: Patient, { stored, announced }: OnChannels): Generator<Found> {
    for (const row of stored.values()) {
      const about = nameOf(row);
      if (row.author === patientId) {
        if (this.#options.versions.find(row.recordId, row.version) === undefined)
          yield { code: 'RECORD_FORGOTTEN', channel: null, about };
      } else if (!announced.has(about))
        yield { code: 'RECORD_UNANNOUNCED_BY_AUTHOR', channel: 'authorities', about };
    }
    for (const row of announced.values())
      if (row.author !== patientId && (stored.get(row.recordId)?.version ?? 0) < row.version)
        yield { code: 'RECORD_UNSTORED_BY_AUTHOR', channel: 'cloud', about: nameOf(row) };
  }

  /** Versions that have left: those that are on their way to a provider differ by nature. */
  *#done(patientNo: number): Generator<Done> {
    const { versions } = this.#options;
    for (let before = Number.MAX_SAFE_INTEGER; ;) {
      const page = versions.list(patientNo, { before, limit: VERSIONS_PER_PAGE });
      for (const { versionNo, recordId, version, stage, format, announceStatement } of page)
        if (format === 2 && (stage === 'stored' || stage === 'announced'))
          yield { versionNo, recordId, version, stage, isSigned: announceStatement !== null };
      const last = page.at(-1);
      if (last === undefined || page.length < VERSIONS_PER_PAGE) return;
      before = last.versionNo;
    }
  }

  /** One whose content is not here, since it was taken over, cannot be stored again. */
  #again(version: Done, stage: 'made' | 'stored'): Pick<Found, 'repair'> {
    const { versions, store, pipeline } = this.#options;
    if (stage === 'made' && !versions.hasContent(version.versionNo)) return {};
    return {
      repair: () => {
        store.deferred(() => versions.backTo(version.versionNo, stage));
        const present = versions.get(version.versionNo);
        if (present?.stage === stage) pipeline.addMade({ ...present, stage });
      },
    };
  }
}

const nameOf = ({ recordId, version }: Pick<OwnVersion, 'recordId' | 'version'>): string =>
  `${recordId}/${version}`;
