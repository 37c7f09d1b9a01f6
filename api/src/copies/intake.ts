import type { AnnouncedRecordState } from '@careledger/contracts';
import { ProblemError, type Logger } from '@careledger/service-kit';
import type { AccessService, ShownRecord } from '../access/access-service.js';
import type { Reader } from '../access/reader.js';
import type { Store } from '../store/store.js';
import type { Allowance, Allowances } from './allowances.js';
import type { CopyStore } from './copy-store.js';
import type { IntakeStore, WaitingVersion } from './intake-store.js';
import { rowsOfRecord } from './resource-rows.js';

/** Versions that are asked for in one transaction. */
const BATCH_MAX_VERSIONS = 64;
const AGAIN_MIN_MS = 1_000;
const AGAIN_MAX_MS = 60_000;
/** Where the ledger was asked: each time is written down there, for the patient to read. */
const ASKED_AGAIN_MAX_MS = 60 * 60_000;
/** Nobody was there to be asked. */
const UNASKED: ReadonlySet<string> = new Set(['LEDGER_UNAVAILABLE', 'PROVIDER_UNREACHABLE']);
/** A refusal may be premature, while a grant is on its way to channel `cloud`. After so many it is one. */
const REFUSED_MAX_ATTEMPTS = 6;
/** What no other attempt changes. */
const FINAL: ReadonlySet<string> = new Set(['RECORD_ALTERED']);
/** The answer of somebody who was asked and said no. */
const REFUSED: ReadonlySet<string> = new Set([
  'ACCESS_DENIED',
  'ACCESS_REFUSED',
  'READ_REFUSED',
  'RECORD_UNKNOWN',
]);

export interface CopyIntakeOptions {
  readonly access: Pick<AccessService, 'openEach'>;
  readonly allowances: Allowances;
  readonly copies: CopyStore;
  readonly waiting: IntakeStore;
  readonly store: Store;
  readonly logger: Logger;
  /** Default: Date.now. */
  readonly clock?: () => number;
}

/**
 * Copies what is announced, as it comes, and what was announced before (`backlog.ts`), where a grant lets a copy
 * be kept: asked for on the ledger like any other reading, many in one transaction, for the unit and the purpose of
 * the copy. What is announced is on disk with its notice; it leaves the list in the commit that keeps its copy.
 */
export class CopyIntake {
  readonly #options: CopyIntakeOptions;
  readonly #clock: () => number;

  constructor(options: CopyIntakeOptions) {
    this.#options = options;
    this.#clock = options.clock ?? Date.now;
  }

  /** Only within `store.commit`: what the ledger has of a version that is kept may differ from before. */
  told(record: AnnouncedRecordState): void {
    const { allowances, copies, waiting } = this.#options;
    copies.retag(record);
    waiting.retag(record);
    // No copy is kept of the version by which its author has replaced what is kept.
    const kept = copies.record(record.patientId, record.recordId);
    if (kept === undefined) return;
    if (allowances.about(record).length === 0) copies.drop(record);
    // What it holds was confirmed, and it is nothing that may be kept: a grant that comes later brings it again.
    if (kept.version.version === record.version && !allowances.cover(kept.version, this.#clock()))
      copies.erase(kept.copyId);
  }

  /** Only within `store.commit`. */
  noticed(record: AnnouncedRecordState): void {
    const { allowances, copies, waiting } = this.#options;
    if (allowances.about(record).length === 0) return;
    const kept = copies.record(record.patientId, record.recordId);
    if ((kept?.version.version ?? 0) < record.version) waiting.add(record, this.#clock());
  }

  /** Asks for those that are due: what is announced now first. Returns whether there may be more. */
  async round(): Promise<boolean> {
    const { allowances, store, waiting } = this.#options;
    const due = waiting.due(this.#clock(), BATCH_MAX_VERSIONS);
    const [first] = due;
    if (first === undefined) return false;
    const { patientId } = first.record;
    const allowed = await allowances.of(patientId);
    if (allowed.length === 0) {
      // Nothing of the patient may be copied any more.
      await store.commit(() => waiting.forget(patientId));
      return true;
    }
    const byAllowance = Map.groupBy(due, (each) => this.#allowanceOf(each, allowed));
    const unfit = byAllowance.get(undefined) ?? [];
    if (unfit.length > 0) await store.commit(() => this.#leave(unfit));
    for (const [allowance, versions] of byAllowance)
      if (allowance !== undefined) {
        await this.#copy(patientId, versions, allowance);
        break;
      }
    return true;
  }

  /** What no grant lets be kept is not asked for under that of something else: it may be readable all the same. */
  #leave(unfit: readonly WaitingVersion[]): void {
    const { allowances, copies, waiting } = this.#options;
    const nowMs = this.#clock();
    for (const each of unfit) {
      // Else the grant does not say readably at which unit.
      if (allowances.about(each.record).length > 0) waiting.again(each, nowMs + againMs('', each));
      else {
        waiting.done(each);
        copies.drop(each.record);
      }
    }
  }

  /** Under which it is asked for: of several one after the other, as one of them may be refused where another is not. */
  #allowanceOf({ record, attempts }: WaitingVersion, allowed: readonly Allowance[]): Allowance | undefined {
    const grants = this.#options.allowances.about(record);
    const fitting = allowed.filter(({ grantId }) => grants.some((grant) => grant.grantId === grantId));
    return fitting[attempts % fitting.length];
  }

  async #copy(patientId: string, due: readonly WaitingVersion[], allowance: Allowance): Promise<void> {
    const { access, copies, logger, store, waiting } = this.#options;
    const versions = due.map(({ record: { recordId, version } }) => ({
      recordId,
      version,
      stored: undefined,
    }));
    const outcomes = await this.#opened(() =>
      access.openEach({ patientId, versions, reader: copierOf(allowance) }, async (record, place) => {
        const each = due[place];
        if (each !== undefined) await this.#keep(each, record, allowance);
      }),
    );
    const nowMs = this.#clock();
    await store.commit(() => {
      for (const [index, each] of due.entries()) {
        const outcome = outcomes?.[index];
        if (outcome?.status === 'fulfilled') continue;
        const code = outcome === undefined ? 'LEDGER_UNAVAILABLE' : codeOf(outcome.reason);
        const { recordId, version } = each.record;
        if (FINAL.has(code) || (REFUSED.has(code) && each.attempts + 1 >= REFUSED_MAX_ATTEMPTS)) {
          logger.warn({ recordId, version, code }, 'a record that a copy may be kept of could not be opened');
          waiting.done(each);
          // What is kept is what its author has replaced.
          copies.drop(each.record);
        } else waiting.again(each, nowMs + againMs(code, each));
      }
      // Nobody has wrapped it to this authority yet, nor what else was announced before: not all of it is asked for in vain.
      const isInVain =
        !outcomes?.some(({ status }) => status === 'fulfilled') && due.every(({ isFormer }) => isFormer);
      const [first] = due;
      if (isInVain && first !== undefined)
        waiting.holdFormer(patientId, nowMs + againMs('LEDGER_UNAVAILABLE', first));
    });
  }

  /** Of each by itself, as it is opened: what waits behind it is not in memory with it. */
  async #keep(each: WaitingVersion, { json, storedAt }: ShownRecord, allowance: Allowance): Promise<void> {
    const { copies, store, waiting } = this.#options;
    const content = { storedAt, rows: rowsOfRecord(json, each.record.period) };
    await store.commit(() => {
      // Of what the ledger has of it by now; undefined where a later version waits.
      const record = waiting.recordOf(each);
      if (record === undefined) return;
      // A revocation or a denial may have come while it was being opened: then it is not kept, unless another grant lets it be.
      if (this.#mayKeep(record, allowance)) {
        copies.put(record, content);
        waiting.done(each);
      } else waiting.again(each, this.#clock());
    });
  }

  #mayKeep(record: AnnouncedRecordState, allowance: Allowance): boolean {
    const { allowances } = this.#options;
    return (
      allowances.stands(record.patientId, allowance) &&
      allowances.about(record).some(({ grantId }) => grantId === allowance.grantId)
    );
  }

  /** Undefined where nobody could be asked at all. */
  async #opened<T>(open: () => Promise<T>): Promise<T | undefined> {
    try {
      return await open();
    } catch (err) {
      this.#options.logger.warn({ err }, 'records to be copied could not be asked for');
      return undefined;
    }
  }
}

/** How long a version waits to be asked for again. */
const againMs = (code: string, { attempts }: WaitingVersion): number =>
  Math.min(AGAIN_MIN_MS * 2 ** attempts, UNASKED.has(code) ? AGAIN_MAX_MS : ASKED_AGAIN_MAX_MS);

/** This service itself, for the unit that the copy is for. */
const copierOf = ({ purpose, unit }: Allowance): Reader => ({
  principal: {
    ...{ role: 'practitioner', mspId: undefined, tokenSha256: '', patientIds: new Set() },
    ...{ name: 'copy', unit },
  },
  claim: {},
  purpose,
});

const codeOf = (reason: unknown): string => (reason instanceof ProblemError ? reason.code : 'INTERNAL_ERROR');
