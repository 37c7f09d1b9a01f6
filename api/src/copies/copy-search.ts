import { timestampOf } from '@careledger/domain';
import { fromCursor, toCursor } from '@careledger/service-kit';
import { Type } from 'typebox';
import { Unread, type CopyReading, type ReadGate } from '../access/read-gate.js';
import type { Reader } from '../access/reader.js';
import type { MirrorStore } from '../policy/mirror-store.js';
import type { Policy } from '../policy/policy.js';
import { problem } from '../problems.js';
import type { SealedBox } from '../store/sealed-box.js';
import type { Allowances } from './allowances.js';
import type {
  CopiedVersion,
  CopyFilter,
  CopyPlace,
  CopyStore,
  FoundResource,
  KeptResource,
} from './copy-store.js';

/** A copy is shown while what its patient decides was heard of the own peer no longer ago than this. */
const COPY_MIRROR_MAX_AGE_MS = 30_000;
/** Older than this, the own peer is asked before something is shown. */
const MIRROR_ASK_AFTER_MS = 10_000;
const RETRY_S = 5;

/** What is looked for in a patient's copy. */
export interface CopyQuery extends Omit<CopyFilter, 'after'> {
  readonly patientId: string;
  readonly limit: number;
  /** Whether all that may be seen are counted. */
  readonly isCounted: boolean;
  /** What a token's scopes have to let somebody do. Default: `r`. */
  readonly does?: 'r' | 's';
  readonly cursor?: string;
}

/** A resource as it is shown, and where it comes from. */
export interface ShownResource
  extends
    Pick<CopiedVersion, 'recordId' | 'version'>,
    Pick<KeptResource, 'entry' | 'entryHash' | 'json' | 'links' | 'storedAt'> {}

export interface CopyPage {
  readonly resources: readonly ShownResource[];
  /** Of what may be seen; undefined unless it was asked for. */
  readonly total: number | undefined;
  readonly next: string | null;
}

export interface CopySearchOptions {
  readonly allowances: Allowances;
  readonly copies: CopyStore;
  readonly gate: ReadGate;
  readonly mirror: MirrorStore;
  readonly policy: Policy;
  /** A copy may have ended. */
  readonly ended: () => void;
  /** Default: Date.now. */
  readonly clock?: () => number;
}

/** Something found, as the gate takes it. */
interface Candidate extends CopyReading<KeptResource> {
  readonly found: FoundResource;
  readonly version: CopiedVersion;
}

const Place = Type.Tuple([Type.Integer(), Type.Integer()]);

/** Finds in the copies that patients let this authority keep. */
export class CopySearch {
  readonly #options: CopySearchOptions;
  readonly #clock: () => number;

  constructor(options: CopySearchOptions) {
    this.#options = options;
    this.#clock = options.clock ?? Date.now;
  }

  /**
   * The resources of one type of a patient's, sorted by time.
   * @throws ProblemError COPY_STALE; READ_REFUSED with the reason NO_GRANT, PURPOSE_NOT_GRANTED or GRANTEE_MISMATCH; or of
   *   `ReadGate.personOf`; CURSOR_INVALID
   */
  async find(
    reader: Reader,
    { patientId, limit, isCounted, does = 'r', cursor, ...filter }: CopyQuery,
  ): Promise<CopyPage> {
    const { allowances, copies, gate } = this.#options;
    await this.#assertFresh(patientId);
    const grantIds = await this.#allowedBy(reader, patientId);
    const after = cursor === undefined ? undefined : placeOf(cursor);
    const key = copies.keys.find(patientId);
    const { shown, hasMore, total } = await gate.copies<Candidate, KeptResource>(
      reader,
      patientId,
      // Whoever counts looks at all of it.
      key === undefined
        ? []
        : this.#candidates(patientId, key, { ...filter, ...(after && !isCounted && { after }) }),
      {
        ...{ grantIds, limit, isCounted, does },
        ...(after && { isAfter: ({ found }: Candidate) => isBehind(found, after, filter.order) }),
        // A key that was destroyed opens nothing more, also where another grant stands by now.
        isOver: () =>
          !allowances.stands(patientId) ||
          this.#ageMs(patientId) > COPY_MIRROR_MAX_AGE_MS ||
          copies.keys.find(patientId) !== key,
      },
    );
    const last = shown.at(-1)?.of.found;
    return {
      resources: shown.map(({ of: { version }, content: { entry, entryHash, json, links, storedAt } }) => ({
        ...{ recordId: version.recordId, version: version.version },
        ...{ entry, entryHash, json, links, storedAt },
      })),
      total,
      next: hasMore && last !== undefined ? toCursor([last.fromMs, last.resourceId]) : null,
    };
  }

  *#candidates(patientId: string, key: SealedBox, filter: CopyFilter): Generator<Candidate> {
    const { copies } = this.#options;
    const versions = new Map<number, CopiedVersion | undefined>();
    for (const found of copies.found(patientId, filter)) {
      const { copyId } = found;
      const version = versions.get(copyId) ?? copies.versionOf(key, copyId);
      versions.set(copyId, version);
      if (version === undefined) continue;
      const open = (): Unread<KeptResource> => {
        const kept = copies.open(key, found);
        return new Unread(kept, kept.kinds);
      };
      yield { found, version, open };
    }
  }

  #ageMs(patientId: string): number {
    const heardAt = this.#options.mirror.policy(patientId)?.heardAt ?? timestampOf(0);
    return this.#clock() - Date.parse(heardAt);
  }

  /** @throws ProblemError COPY_STALE */
  async #assertFresh(patientId: string): Promise<void> {
    if (this.#ageMs(patientId) > MIRROR_ASK_AFTER_MS) await this.#options.policy.refresh(patientId);
    if (this.#ageMs(patientId) > COPY_MIRROR_MAX_AGE_MS)
      throw problem('COPY_STALE', 'The own peer has not said for 30 s what the patient allows', {
        members: { retryAfterS: RETRY_S },
      });
  }

  /** The grants that let a copy be kept for whoever asks. @throws ProblemError READ_REFUSED */
  async #allowedBy(reader: Reader, patientId: string): Promise<ReadonlySet<string>> {
    const { allowances, ended, gate } = this.#options;
    const allowed = await allowances.of(patientId);
    const { unit } = gate.personOf(reader);
    const ofPurpose = allowed.filter(({ purpose }) => purpose === reader.purpose);
    const ofUnit = ofPurpose.filter((each) => each.unit === unit);
    if (ofUnit.length > 0) return new Set(ofUnit.map(({ grantId }) => grantId));
    if (allowed.length === 0) ended();
    const reason =
      allowed.length === 0 ? 'NO_GRANT' : ofPurpose.length === 0 ? 'PURPOSE_NOT_GRANTED' : 'GRANTEE_MISMATCH';
    throw problem('READ_REFUSED', `Not shown: ${reason}`, { members: { reason } });
  }
}

/** @throws ProblemError CURSOR_INVALID */
function placeOf(cursor: string): CopyPlace {
  const [fromMs, resourceId] = fromCursor(cursor, Place);
  return { fromMs, resourceId };
}

const isBehind = (found: CopyPlace, after: CopyPlace, order: CopyFilter['order']): boolean => {
  const by = found.fromMs - after.fromMs || found.resourceId - after.resourceId;
  return order === 'asc' ? by > 0 : by < 0;
};
