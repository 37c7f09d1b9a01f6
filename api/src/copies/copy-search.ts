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
import type { CopyFilter, CopyPlace, FoundResource, RecordsFilter } from './copy-finding.js';
import type { CopiedVersion, CopyStore, KeptResource, NamedResource } from './copy-store.js';
import { entryTerm, referenceTerm } from './copy-terms.js';

/** A copy is shown while what its patient decides was heard of the own peer no longer ago than this. */
export const COPY_MIRROR_MAX_AGE_MS = 30_000;
/** Older than this, the own peer is asked before something is shown. */
const MIRROR_ASK_AFTER_MS = 10_000;
const RETRY_S = 5;

/** How a page of a patient's copy is asked for, whatever is looked for. */
interface PageQuery {
  readonly patientId: string;
  readonly limit: number;
  /** Whether all that may be seen are counted. */
  readonly isCounted: boolean;
  /** What a token's scopes have to let somebody do. Default: `r`. */
  readonly does?: 'r' | 's';
  readonly cursor?: string;
  /** Looked at where what is meant is said inside alone. Then a page may be short, or empty, before the last. */
  readonly isMeant?: (kept: KeptResource) => boolean;
  readonly linked?: LinkedQuery;
}

/** What is shown beside what was found, of the same record. */
export interface LinkedQuery {
  /** By which parameters of its own type something refers to it. */
  readonly includes: ReadonlySet<string>;
  /** And what refers to something. */
  readonly reverse: readonly { readonly resourceType: string; readonly parameter: string }[];
}

/** What is looked for in a patient's copy. */
export type CopyQuery = PageQuery & Omit<CopyFilter, 'after'>;
/** All of it, record by record. */
export type RecordsQuery = PageQuery & Omit<RecordsFilter, 'after'>;

/** One resource, of a version that is meant. */
export interface NamedQuery extends NamedResource {
  readonly isMeantVersion: (kept: CopiedVersion) => boolean;
}

/** A resource as it is shown, and where it comes from. */
export interface ShownResource
  extends
    Pick<CopiedVersion, 'recordId' | 'version'>,
    Pick<KeptResource, 'entry' | 'entryHash' | 'json' | 'links' | 'storedAt'> {}

export interface CopyPage {
  readonly resources: readonly ShownResource[];
  /** What is shown beside them, each once. */
  readonly linked: readonly ShownResource[];
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
  /** What is shown beside it, once it was opened. */
  readonly linked: () => Iterable<Candidate>;
}

/** Finds candidates after a place. */
type Find = (after: { readonly after?: CopyPlace }) => Iterable<FoundResource | undefined>;

/** Where a page ended, and how many there are where the page before has counted them: whoever goes on counts no more. */
const Place = Type.Union([
  Type.Tuple([Type.Integer(), Type.Integer()]),
  Type.Tuple([Type.Integer(), Type.Integer(), Type.Integer({ minimum: 0 })]),
]);

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
  find(reader: Reader, query: CopyQuery): Promise<CopyPage> {
    const { patientId, order } = query;
    const find: Find = (after) => this.#options.copies.found(patientId, { ...query, ...after });
    return this.#page(reader, query, { find, isRising: order === 'asc' });
  }

  /** All that is kept of a patient, record by record. @throws ProblemError likewise */
  findByRecord(reader: Reader, query: RecordsQuery): Promise<CopyPage> {
    const find: Find = (after) => this.#options.copies.foundByRecord(query.patientId, { ...query, ...after });
    return this.#page(reader, query, { find, isRising: true });
  }

  /**
   * One resource, by the same rules. Undefined where no version that is meant is kept, and where that one is not to be seen.
   * @throws ProblemError likewise
   */
  async read(reader: Reader, { isMeantVersion, ...named }: NamedQuery): Promise<ShownResource | undefined> {
    const kept = this.#options.copies.named(named);
    if (kept === undefined || !isMeantVersion(kept.version)) return undefined;
    const query = { patientId: named.patientId, limit: 1, isCounted: false };
    const page = await this.#page(reader, query, { find: () => [kept.found], isRising: true });
    return page.resources[0];
  }

  async #page(
    reader: Reader,
    { patientId, limit, does = 'r', cursor, isMeant, linked, ...wanted }: PageQuery,
    { find, isRising }: { readonly find: Find; readonly isRising: boolean },
  ): Promise<CopyPage> {
    const { allowances, copies, gate } = this.#options;
    await this.#assertFresh(patientId);
    const grantIds = await this.allowedBy(reader, patientId);
    const { after, counted } = cursor === undefined ? {} : placeOf(cursor);
    const isCounted = wanted.isCounted && counted === undefined;
    const key = copies.keys.find(patientId);
    // Whoever counts looks at all of it.
    const candidates =
      key === undefined
        ? []
        : this.#candidates(key, find({ ...(after && !isCounted && { after }) }), { isMeant, linked });
    const page = await gate.copies<Candidate, KeptResource>(reader, patientId, candidates, {
      ...{ grantIds, limit, isCounted, does },
      ...(after && { isAfter: ({ found }: Candidate) => isBehind(found.place, after, isRising) }),
      ...(linked && { linkedTo: (of: Candidate) => of.linked() }),
      idOf: ({ found }) => found.resourceId,
      // A key that was destroyed opens nothing more, also where another grant stands by now.
      isOver: () =>
        !allowances.stands(patientId) ||
        this.#ageMs(patientId) > COPY_MIRROR_MAX_AGE_MS ||
        copies.keys.find(patientId) !== key,
    });
    const last = page.endsAt?.found.place;
    const total = wanted.isCounted ? (counted ?? page.total) : undefined;
    return {
      ...{ resources: page.shown.map(shownOf), linked: page.linked.map(shownOf), total },
      next: last ? toCursor([last.at, last.resourceId, ...(total === undefined ? [] : [total])]) : null,
    };
  }

  *#candidates(
    key: SealedBox,
    found: Iterable<FoundResource | undefined>,
    wanted: Pick<Partial<PageQuery>, 'linked'> & { readonly isMeant: PageQuery['isMeant'] | undefined },
  ): Generator<Candidate | undefined> {
    const { copies } = this.#options;
    // Of one record alone: by time as well, most of what a record holds lies together.
    let [copyId, version]: [number?, CopiedVersion?] = [];
    for (const each of found) {
      if (each !== undefined && each.copyId !== copyId)
        [copyId, version] = [each.copyId, copies.versionOf(key, each.copyId)];
      yield each && version && this.#candidate(key, each, { ...wanted, version });
    }
  }

  #candidate(
    key: SealedBox,
    found: FoundResource,
    {
      version,
      isMeant,
      linked,
    }: {
      readonly version: CopiedVersion;
      readonly isMeant?: PageQuery['isMeant'] | undefined;
      readonly linked?: LinkedQuery | undefined;
    },
  ): Candidate {
    let kept: KeptResource | undefined;
    return {
      ...{ found, version, ...(isMeant && { isMeant }) },
      open: () => {
        kept = this.#options.copies.open(key, found);
        return kept && new Unread(kept, kept.kinds);
      },
      linked: () =>
        kept === undefined || linked === undefined
          ? []
          : this.#linkedTo(found, { kept, version, linked }).map((each) =>
              this.#candidate(key, each, { version }),
            ),
    };
  }

  #linkedTo(
    found: FoundResource,
    {
      kept: { entryHash, refersTo },
      version: { recordId },
      linked: { includes, reverse },
    }: { readonly kept: KeptResource; readonly version: CopiedVersion; readonly linked: LinkedQuery },
  ): FoundResource[] {
    const { copies } = this.#options;
    const targets = refersTo
      .filter(({ parameter }) => includes.has(parameter))
      .map(({ entry }) => entryTerm({ recordId, entryHash: entry }));
    return [
      ...copies.foundBeside(found, { by: 'entry', anyOf: targets }),
      ...reverse.flatMap(({ resourceType, parameter }) => {
        const anyOf = [referenceTerm(parameter, { recordId, entryHash })];
        return copies.foundBeside(found, { by: 'reference', anyOf }, resourceType);
      }),
    ];
  }

  #ageMs(patientId: string): number {
    const heardAt = this.#options.mirror.policy(patientId)?.heardAt ?? timestampOf(0);
    return this.#clock() - Date.parse(heardAt);
  }

  /** @throws ProblemError COPY_STALE */
  async #assertFresh(patientId: string): Promise<void> {
    if (this.#ageMs(patientId) > MIRROR_ASK_AFTER_MS) await this.#options.policy.refresh(patientId);
    if (this.#ageMs(patientId) > COPY_MIRROR_MAX_AGE_MS)
      throw problem(
        'COPY_STALE',
        `The own peer has not said for ${COPY_MIRROR_MAX_AGE_MS / 1_000} s what the patient allows`,
        { members: { retryAfterS: RETRY_S } },
      );
  }

  /** The grants that let a copy be kept for whoever asks. @throws ProblemError READ_REFUSED, or of `ReadGate.personOf` */
  async allowedBy(reader: Reader, patientId: string): Promise<ReadonlySet<string>> {
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

const shownOf = ({
  of: { version },
  content: { entry, entryHash, json, links, storedAt },
}: {
  readonly of: Candidate;
  readonly content: KeptResource;
}): ShownResource => ({
  ...{ recordId: version.recordId, version: version.version },
  ...{ entry, entryHash, json, links, storedAt },
});

/** @throws ProblemError CURSOR_INVALID */
function placeOf(cursor: string): { readonly after: CopyPlace; readonly counted?: number } {
  const [at, resourceId, counted] = fromCursor(cursor, Place);
  return { after: { at, resourceId }, ...(counted !== undefined && { counted }) };
}

function isBehind(place: CopyPlace, after: CopyPlace, isRising: boolean): boolean {
  const by = place.at - after.at || place.resourceId - after.resourceId;
  return isRising ? by > 0 : by < 0;
}
