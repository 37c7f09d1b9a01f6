import { records, type AnnouncedRecordState } from '@careledger/contracts';
import { timestampOf } from '@careledger/domain';
import { LedgerError, everyRow, orUndefined } from '@careledger/ledger';
import { endOf, isDenial } from '@careledger/policy';
import type { Logger } from '@careledger/service-kit';
import type { Channel } from '../ledger-port.js';
import type { MirrorStore } from '../policy/mirror-store.js';
import type { Policy } from '../policy/policy.js';
import type { Store } from '../store/store.js';
import type { Allowances } from './allowances.js';
import type { Backlog, BacklogStore } from './backlog-store.js';
import type { CopyStore } from './copy-store.js';
import { versionKey, type IntakeStore } from './intake-store.js';

/** While so many of a patient wait to be copied, no more are looked for. */
const WAITING_MAX_VERSIONS = 256;
/** Announcements that one look takes; of a span with more, less time is looked through. */
const LOOK_MAX_ROWS = 512;
/** A look that finds fewer is followed by one at more time. */
const LOOK_MIN_ROWS = 64;
const SPAN_FIRST_MS = 24 * 60 * 60_000;
const SPAN_FACTOR = 4;
/** Nothing begins before. */
const EARLIEST_MS = Date.parse('0001-01-01T00:00:00Z');

export interface CopyBacklogOptions {
  readonly authorities: Channel;
  readonly allowances: Allowances;
  readonly backlogs: BacklogStore;
  readonly copies: CopyStore;
  readonly waiting: IntakeStore;
  readonly mirror: MirrorStore;
  readonly policy: Policy;
  readonly store: Store;
  /** Something waits to be copied. */
  readonly found: () => void;
  readonly logger: Logger;
  /** Default: Date.now. */
  readonly clock?: () => number;
}

/**
 * Finds what was announced before the grant that lets a copy be kept: at the own peer, by the start of its time, newest first, a
 * span of time after the other. How far it has come is on disk with what it has found. It begins again when another grant lets a
 * copy be kept, or a denial has ended.
 */
export class CopyBacklog {
  readonly #options: CopyBacklogOptions;
  readonly #clock: () => number;

  constructor(options: CopyBacklogOptions) {
    this.#options = options;
    this.#clock = options.clock ?? Date.now;
  }

  /** One look for each patient of whom there may be more. Returns whether there was one. @throws LedgerError */
  async round(): Promise<boolean> {
    const { found, logger, mirror } = this.#options;
    let hasLooked = false;
    for (const patientId of mirror.copyPatientIds())
      try {
        if (!(await this.#lookFor(patientId))) continue;
        found();
        hasLooked = true;
      } catch (err) {
        if (err instanceof LedgerError && err.code !== 'CHAINCODE_REFUSED') throw err;
        // What is wrong with one patient's keeps nobody else's waiting.
        logger.error({ err, patientId }, 'what was announced before the grant could not be looked through');
      }
    return hasLooked;
  }

  /** Whether there was something to look for, and room for it. */
  async #lookFor(patientId: string): Promise<boolean> {
    const backlog = this.of(patientId);
    if (backlog === undefined || backlog.isDone) return false;
    if (this.#options.waiting.count(patientId).former >= WAITING_MAX_VERSIONS) return false;
    await this.#look(backlog);
    return true;
  }

  /** As it stands; from the beginning where rules let more be kept than when it was begun. Undefined where none lets anything. */
  of(patientId: string): Backlog | undefined {
    const { allowances, backlogs, policy } = this.#options;
    const grantIds = allowances.telling(patientId).map(({ grantId }) => grantId);
    if (grantIds.length === 0) return undefined;
    // What a denial hid was passed over, by this and as it was announced, whenever the denial began.
    const endedDenialIds = policy
      .known(patientId)
      .flatMap((rule) => (isDenial(rule) && endOf(rule, this.#clock()) !== undefined ? [rule.grantId] : []));
    const before = backlogs.find(patientId);
    const isSame =
      before !== undefined &&
      new Set(grantIds).isSubsetOf(new Set(before.grantIds)) &&
      new Set(endedDenialIds).isSubsetOf(new Set(before.endedDenialIds));
    if (isSame) return before;
    return { patientId, grantIds, endedDenialIds, beforeMs: null, spanMs: SPAN_FIRST_MS, isDone: false };
  }

  async #look(backlog: Backlog): Promise<void> {
    const { backlogs, store, waiting } = this.#options;
    const { patientId, beforeMs, spanMs } = backlog;
    const fromMs = Math.max((beforeMs ?? this.#clock()) - spanMs, EARLIEST_MS);
    using told = waiting.watch();
    const rows = await this.#announced(backlog, fromMs);
    if (rows === undefined) {
      const lessMs = Math.ceil(spanMs / SPAN_FACTOR);
      await store.commit(() => backlogs.put({ ...backlog, spanMs: lessMs }));
      return;
    }
    const missing = await this.#missing(rows);
    const isDone = !(await this.#isMoreBefore(patientId, fromMs));
    const nextMs = rows.length < LOOK_MIN_ROWS ? spanMs * SPAN_FACTOR : spanMs;
    await store.commit(() => {
      for (const record of missing)
        waiting.add(told.get(versionKey(record)) ?? record, this.#clock(), { isFormer: true });
      backlogs.put({ ...backlog, beforeMs: fromMs, spanMs: nextMs, isDone });
    });
  }

  /** What begins in the span; undefined where that is too much, and the span can be less. */
  async #announced(
    { patientId, beforeMs, spanMs }: Backlog,
    fromMs: number,
  ): Promise<AnnouncedRecordState[] | undefined> {
    const { authorities } = this.#options;
    const to = beforeMs === null ? {} : { to: timestampOf(beforeMs) };
    const span = { patientId, from: timestampOf(fromMs), ...to };
    const rows: AnnouncedRecordState[] = [];
    for await (const row of everyRow((page) =>
      authorities.evaluate(records, 'ListAnnouncements', { ...span, ...page }),
    )) {
      rows.push(row);
      if (rows.length > LOOK_MAX_ROWS && spanMs > 1) return undefined;
    }
    return rows;
  }

  async #isMoreBefore(patientId: string, beforeMs: number): Promise<boolean> {
    if (beforeMs <= EARLIEST_MS) return false;
    const { authorities } = this.#options;
    const filter = { patientId, to: timestampOf(beforeMs), pageSize: 1 };
    const { rows } = await authorities.evaluate(records, 'ListAnnouncements', filter);
    return rows.length > 0;
  }

  /**
   * Of these announcements the newest version of each record that may be kept and is not, newest first. One that another version
   * has followed is left out: that one is found in its own time, or was heard of.
   */
  async #missing(rows: readonly AnnouncedRecordState[]): Promise<AnnouncedRecordState[]> {
    const { allowances, copies } = this.#options;
    const newest = new Map<string, AnnouncedRecordState>();
    for (const row of rows)
      if ((newest.get(row.recordId)?.version ?? 0) < row.version) newest.set(row.recordId, row);
    const missing: AnnouncedRecordState[] = [];
    for (const record of newest.values()) {
      const { patientId, recordId, version } = record;
      if (allowances.about(record).length === 0) continue;
      if ((copies.record(patientId, recordId)?.version.version ?? 0) >= version) continue;
      if (!(await this.#isFollowed(record))) missing.push(record);
    }
    return missing.sort((a, b) => Date.parse(b.period.start) - Date.parse(a.period.start));
  }

  async #isFollowed({ patientId, recordId, version }: AnnouncedRecordState): Promise<boolean> {
    const { authorities } = this.#options;
    const next = { patientId, recordId, version: version + 1 };
    const found = await orUndefined(authorities.evaluate(records, 'GetAnnouncement', next), 'RECORD_UNKNOWN');
    return found !== undefined;
  }
}
