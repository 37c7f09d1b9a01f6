import type { ResourceRef } from '@careledger/fhir';
import { ProblemError } from '@careledger/service-kit';
import type { Reader } from '../access/reader.js';
import type { CopySearch, ShownResource } from '../copies/copy-search.js';
import type { CopiedVersion } from '../copies/copy-store.js';
import type { IntakeStore } from '../copies/intake-store.js';
import type { WriteStore } from '../records/write-store.js';

/** A resource that is read by its id. */
export interface ReadWanted {
  readonly resourceType: string;
  readonly ref: ResourceRef;
  /** The newest without it. */
  readonly version: number | undefined;
}

export interface CopiedReadingOptions {
  readonly search: Pick<CopySearch, 'read'>;
  readonly waiting: Pick<IntakeStore, 'hasLater'>;
  readonly writes: Pick<WriteStore, 'newestVersion'>;
}

/** With these a copy says that it is not for whoever asks, or not now. The ledger may let it be read all the same. */
const LEFT_TO_LEDGER: ReadonlySet<string> = new Set(['COPY_STALE', 'READ_REFUSED']);

/** Reads by id of the copy that the patient lets this authority keep, as a search of it shows the same resource. */
export class CopiedReading {
  readonly #options: CopiedReadingOptions;

  constructor(options: CopiedReadingOptions) {
    this.#options = options;
  }

  /** Undefined where the ledger has to be asked. @throws ProblemError of `ReadGate.personOf` */
  async find(wanted: ReadWanted, reader: Reader): Promise<ShownResource | undefined> {
    const { patientId, recordId, entry: entryHash } = wanted.ref;
    // A record as a whole is kept nowhere.
    if (entryHash === undefined) return undefined;
    const { resourceType } = wanted;
    const isMeantVersion = (kept: CopiedVersion): boolean => this.#isMeant(kept, wanted);
    try {
      return await this.#options.search.read(reader, {
        ...{ patientId, recordId, entryHash, resourceType, isMeantVersion },
      });
    } catch (error) {
      if (error instanceof ProblemError && LEFT_TO_LEDGER.has(error.code)) return undefined;
      throw error;
    }
  }

  /** The newest is the one that is kept, unless a later one was heard of, or written here: whoever writes reads what was written. */
  #isMeant(kept: CopiedVersion, { version }: ReadWanted): boolean {
    const { waiting, writes } = this.#options;
    if (version !== undefined) return kept.version === version;
    return (writes.newestVersion(kept.recordId) ?? 0) <= kept.version && !waiting.hasLater(kept);
  }
}
