import { randomId128 } from '@careledger/crypto';
import { timestampOf, type Period, type ResourceKind, type TagGroups } from '@careledger/domain';
import type { TaggedVersion } from '@careledger/policy';
import { isWithinScopes, type ProblemError } from '@careledger/service-kit';
import type { Issuer } from '../issuer.js';
import type { DecidedBy, Judge } from '../policy/judge.js';
import type { Person, Vouching } from '../policy/vouching.js';
import { problem } from '../problems.js';
import type { Store } from '../store/store.js';
import type { AccessLog, AskedBy } from './access-log.js';
import { NOT_MEANT, pickPage, type PageWanted } from './copy-page.js';
import type { NoticeReadings } from './notice-readings.js';
import type { Reader } from './reader.js';

let takeOut: <T>(unread: Unread<T>) => T;
let kindsOf: (unread: Unread<unknown>) => readonly ResourceKind[] | undefined;

/**
 * Plaintext that nobody has been let to yet. Whatever opens something gives it out like this; only the gate below takes
 * the content out, so that there is no other way to it.
 */
export class Unread<T> {
  readonly #content: T;
  readonly #kinds: readonly ResourceKind[] | undefined;

  /** @param kinds what it holds, for tokens that are for some of it; without them it is for those alone that are for all */
  constructor(content: T, kinds?: readonly ResourceKind[]) {
    this.#content = content;
    this.#kinds = kinds;
  }

  static {
    takeOut = (unread) => unread.#content;
    kindsOf = (unread) => unread.#kinds;
  }
}

/** A record that was released under a committed permit and opened. */
export interface ReleasedReading<T> {
  /** As the ledger has it; its author is whose knowledge it is: of the record, or of this version. */
  readonly version: TaggedVersion<Period>;
  readonly unread: Unread<T>;
  /** What has to be on disk before it is shown; runs in the commit that logs it. */
  readonly note: () => void;
}

/** A direct notice, with what a decision on it needs. */
export interface NoticeReading<T> {
  readonly patientId: string;
  readonly recordId: string;
  readonly version: number;
  /** Of the manifest that the notice carried. */
  readonly manifestHash: string;
  readonly tagGroups: TagGroups;
  /** Undefined for one of a former release. */
  readonly period: Period | undefined;
  readonly issuedAtMs: number;
  readonly open: () => Promise<Unread<T>>;
}

/** What direct notices are of. */
const NOTICED = { kind: 'emergency' } as const;

/** A visit that this authority recorded: its own knowledge, no grant of the patient is needed. */
export interface VisitReading<T> {
  readonly patientId: string;
  readonly visitId: string;
  readonly unread: Unread<T>;
}

/** A resource of a copy that this authority keeps. */
export interface CopyReading<T> {
  /** Of the record to which it belongs, as the ledger has it. */
  readonly version: TaggedVersion<Period> & { readonly recordId: string; readonly version: number };
  /** Undefined for what is not kept any more. */
  readonly open: () => Unread<T> | undefined;
  /** Whether it is meant by what it says, once it is open. */
  readonly isMeant?: (content: T) => boolean;
}

export interface CopyPageWanted<C> extends Omit<PageWanted<C>, 'counted'> {
  /** The grants that let it be kept for whoever asks: for the purpose, at the unit. */
  readonly grantIds: ReadonlySet<string>;
  /** What a token's scopes have to let somebody do. Default: `r`. */
  readonly does?: 'r' | 's';
}

/** What of a copy is shown. */
export interface ShownCopies<C, T> {
  readonly shown: readonly { readonly of: C; readonly content: T }[];
  /** What is linked to it, by the same rules. */
  readonly linked: readonly { readonly of: C; readonly content: T }[];
  /** Where the page ends; undefined where there is no more of it. */
  readonly endsAt: C | undefined;
  /** Of all that may be seen; undefined where it was not counted. */
  readonly total: number | undefined;
}

export interface ReadGateOptions {
  readonly issuer: Issuer;
  readonly store: Store;
  readonly log: AccessLog;
  readonly readings: NoticeReadings;
  readonly vouching: Vouching;
  readonly judge: Judge;
  /** Default: Date.now. */
  readonly clock?: () => number;
}

/**
 * The one way by which plaintext leaves this service. In this order: whoever asks is active now, and of the unit that the
 * token speaks for; the grants cover person, purpose and content now; it is opened; the token's scopes cover what it
 * holds; what is shown to whom is in the own log, on disk; whoever asks is still active. Only then is it given out.
 */
export class ReadGate {
  readonly #options: ReadGateOptions;
  readonly #clock: () => number;

  constructor(options: ReadGateOptions) {
    this.#options = options;
    this.#clock = options.clock ?? Date.now;
  }

  /** @throws ProblemError PRACTITIONER_UNKNOWN, UNIT_MISMATCH: nothing is shown to this one */
  personOf({ principal, claim }: Reader): Person {
    return this.#options.vouching.personOf(principal, claim);
  }

  /**
   * What released records of a patient say, each by itself: the content, or READ_REFUSED as the reason why it is not shown.
   * @throws ProblemError of `personOf`
   */
  async records<T>(
    reader: Reader,
    patientId: string,
    readings: readonly ReleasedReading<T>[],
  ): Promise<PromiseSettledResult<T>[]> {
    const { judge, store } = this.#options;
    const asking = await this.#asking(reader, patientId);
    const judged = await judge.objections(readings.map(({ version }) => ({ ...version, ...asking })));
    const objections = readings.map(
      ({ unread }, index) => judged[index] ?? scopeObjection(reader, patientId, unread),
    );
    this.personOf(reader);
    await store.commit(() => {
      for (const [index, { note }] of readings.entries()) if (objections[index] === undefined) note();
    });
    return readings.map(({ unread }, index): PromiseSettledResult<T> => {
      const objection = objections[index];
      if (objection !== undefined) return { status: 'rejected', reason: refused(objection) };
      return { status: 'fulfilled', value: this.#give(reader, unread) };
    });
  }

  /**
   * What a direct notice says. Its reading goes to the ledger as well, when that can be reached.
   * @throws ProblemError READ_REFUSED, or of `personOf`
   */
  async notice<T>(reader: Reader, reading: NoticeReading<T>): Promise<{ content: T } & DecidedBy> {
    const { issuer, judge, log, readings, store } = this.#options;
    const { patientId, recordId, version, manifestHash, tagGroups, period, issuedAtMs } = reading;
    const asking = await this.#asking(reader, patientId);
    const judged = await judge.notice(
      { ...asking, ...NOTICED, tagGroups, period, author: patientId },
      issuedAtMs,
    );
    if (judged.decision === 'deny') throw refused(judged.reason);
    const { decidedBy, asOf, reason } = judged;
    const unread = await reading.open();
    const beyond = scopeObjection(reader, patientId, unread);
    if (beyond !== undefined) throw refused(beyond);
    this.personOf(reader);
    const requestSid = randomId128();
    const shown = { patientId, recordId, version };
    const statement = issuer.make(
      'noticeReading',
      ['cloud'],
      { ...asking, ...shown, manifestHash, readAt: timestampOf(this.#clock()), decidedBy },
      requestSid,
    );
    await store.commit(() => {
      const who = this.#askedBy(reader);
      log.shown({ basis: 'notice', requestSid, ...shown, visitId: null, reason, decidedBy, ...who });
      readings.add({ sid: requestSid, ...shown, statement });
    });
    readings.added();
    return { content: this.#give(reader, unread), decidedBy, asOf };
  }

  /**
   * Whether somebody may be shown a direct notice now; nothing is shown.
   * @throws ProblemError READ_REFUSED, or of `personOf`
   */
  async assertNotice(
    reader: Reader,
    {
      patientId,
      tagGroups,
      period,
      issuedAtMs,
    }: Pick<NoticeReading<unknown>, 'patientId' | 'tagGroups' | 'period' | 'issuedAtMs'>,
  ): Promise<void> {
    const asking = await this.#asking(reader, patientId);
    const question = { ...asking, ...NOTICED, tagGroups, period, author: patientId };
    const judged = await this.#options.judge.notice(question, issuedAtMs);
    if (judged.decision === 'deny') throw refused(judged.reason);
    this.personOf(reader);
  }

  /** What was done at visits that the token is for, by visit. @throws ProblemError of `personOf` */
  async visits<T>(reader: Reader, visits: readonly VisitReading<T>[]): Promise<ReadonlyMap<string, T>> {
    const { log, store } = this.#options;
    this.personOf(reader);
    const within = visits.filter(
      ({ patientId, unread }) => scopeObjection(reader, patientId, unread) === undefined,
    );
    await store.commit(() => {
      for (const { patientId, visitId } of within)
        log.shown({
          basis: 'visit',
          requestSid: randomId128(),
          patientId,
          recordId: null,
          version: null,
          visitId,
          reason: 'AUTHOR',
          decidedBy: null,
          ...this.#askedBy(reader),
        });
    });
    return new Map(within.map(({ visitId, unread }) => [visitId, this.#give(reader, unread)]));
  }

  /**
   * Of the copy that this authority keeps: the first of what may be seen. Each record that something is shown of is in the own log,
   * and each that is counted: how many there are says what they say.
   * @param candidates in the order in which they are shown
   * @param wanted `isOver` is asked again when everything is on disk: nothing is shown of a copy that has ended
   * @throws ProblemError of `personOf`
   */
  async copies<C extends CopyReading<T>, T>(
    reader: Reader,
    patientId: string,
    candidates: Iterable<C | undefined>,
    wanted: CopyPageWanted<C>,
  ): Promise<ShownCopies<C, T>> {
    const { judge, log, store } = this.#options;
    const { grantIds, does = 'r', isCounted, isOver } = wanted;
    const asking = await this.#asking(reader, patientId);
    const objections = () =>
      objectionsByVersion(({ version }: C) => judge.copyObjection({ ...version, ...asking }, grantIds));
    const objects = objections();
    const openIfSeen = (of: C): Unread<T> | typeof NOT_MEANT | undefined => {
      if (objects(of)) return undefined;
      const unread = of.open();
      if (unread === undefined || scopeObjection(reader, patientId, unread, does) !== undefined)
        return undefined;
      return of.isMeant?.(takeOut(unread)) === false ? NOT_MEANT : unread;
    };
    const ended: ShownCopies<C, T> = {
      ...{ shown: [], linked: [], endsAt: undefined, total: isCounted ? 0 : undefined },
    };
    const told = new ToldVersions();
    const page = await pickPage(candidates, openIfSeen, { ...wanted, counted: (of) => told.add(of) });
    if (page === undefined) return ended;
    for (const { of } of [...page.seen, ...page.linked]) told.add(of);
    // That the page ends there says that it is there.
    if (page.passed !== undefined) told.add(page.passed);
    this.personOf(reader);
    await store.commit(() => {
      for (const { recordId, version } of told.all)
        log.shown({
          ...{ basis: 'copy', requestSid: randomId128(), patientId, recordId, version, visitId: null },
          ...{ reason: 'GRANT', decidedBy: 'mirror', ...this.#askedBy(reader) },
        });
    });
    if (isOver()) return ended;
    // By what is mirrored now: somebody may have denied some of it while it was being logged.
    const objectsNow = objections();
    const given = (seen: typeof page.seen) =>
      seen
        .filter(({ of }) => !objectsNow(of))
        .map(({ of, unread }) => ({ of, content: this.#give(reader, unread) }));
    const shown = given(page.seen);
    const last = page.passed !== undefined && !objectsNow(page.passed) ? page.passed : shown.at(-1)?.of;
    return {
      ...{ shown, linked: given(page.linked), endsAt: page.hasMore ? last : undefined },
      total: page.total,
    };
  }

  /** How this person asks for something of the patient, at this moment. */
  async #asking(reader: Reader, patientId: string) {
    const { purpose } = reader;
    const person = this.personOf(reader);
    const granteeTags = await this.#options.vouching.granteeTags(patientId, person, 'read', purpose);
    const { practitionerId } = person;
    return { patientId, purpose, granteeTags, ...(practitionerId !== undefined && { practitionerId }) };
  }

  #askedBy(reader: Reader): AskedBy {
    const { practitionerId, unit } = this.personOf(reader);
    return {
      purpose: reader.purpose,
      practitionerId: practitionerId ?? null,
      unit: unit ?? null,
      caller: reader.principal.name ?? null,
    };
  }

  #give<T>(reader: Reader, unread: Unread<T>): T {
    // While it was being logged, too, somebody may have been withdrawn.
    this.personOf(reader);
    return takeOut(unread);
  }
}

/** A record may be replaced by its next version while it is looked at: what is said of one version says nothing of another. */
const keyOf = ({ recordId, version }: { readonly recordId: string; readonly version: number }): string =>
  `${recordId}/${version}`;

type Versioned = Pick<CopyReading<unknown>, 'version'>;

/** Asks once for all of a version. */
function objectionsByVersion<C extends Versioned>(
  objectionTo: (of: C) => string | undefined,
): (of: C) => boolean {
  const known = new Map<string, boolean>();
  return (of) => {
    const key = keyOf(of.version);
    const objects = known.get(key) ?? objectionTo(of) !== undefined;
    known.set(key, objects);
    return objects;
  };
}

/** The versions of which an answer tells something, each once; nothing else is kept of what was looked at. */
class ToldVersions {
  readonly #byVersion = new Map<string, { readonly recordId: string; readonly version: number }>();

  add({ version: { recordId, version } }: Versioned): void {
    const told = { recordId, version };
    this.#byVersion.set(keyOf(told), told);
  }

  get all() {
    return this.#byVersion.values();
  }
}

/** Why a token is not for this, by the scopes that it has. */
function scopeObjection(
  { principal }: Reader,
  patientId: string,
  unread: Unread<unknown>,
  does: 'r' | 's' = 'r',
): 'SCOPE_INSUFFICIENT' | undefined {
  const isWithin = isWithinScopes(principal, { patientId, kinds: kindsOf(unread), does });
  return isWithin ? undefined : 'SCOPE_INSUFFICIENT';
}

/** Why nothing is shown, by its code. */
export function reasonOfRefusal({ code, members: { reason } }: ProblemError): string {
  return typeof reason === 'string' ? reason : code;
}

const refused = (reason: string) =>
  reason === 'LEDGER_UNAVAILABLE'
    ? problem('LEDGER_UNAVAILABLE', 'Nobody who may decide on this can be asked')
    : problem('READ_REFUSED', `Not shown: ${reason}`, { members: { reason } });
