import { setImmediate as nextTurn } from 'node:timers/promises';
import { isLedgerAway, NotYetError } from '@careledger/delivery';
import { LedgerError } from '@careledger/ledger';
import { DurableWork, type WorkHealth } from '@careledger/service-kit';
import type { GrantStore } from '../consent/grant-store.js';
import type { GatewayCore } from '../core.js';
import type { PatientProgress } from '../patients/progress.js';
import { ownParts } from '../records/own-record.js';
import { recordTermsOf, type HeldSet, type OwnVersion } from '../records/own-version.js';
import { REWRAP_BACKOFF, REWRAP_CONCURRENCY } from './limits.js';
import type { OwnVersionStore } from './own-version-store.js';
import type { RewrapJob, RewrapStore } from './rewrap-store.js';
import {
  WrapSettling,
  type VersionToSettle,
  type WrapDifference,
  type WrapSettlingOptions,
} from './wrap-settling.js';

/** Versions that are read at a time. */
const VERSIONS_PER_PAGE = 16;
/** How often it is looked whether grants have ended, or denials begun or ended. */
const SWEEP_INTERVAL_MS = 60_000;

export interface RewrapperOptions extends WrapSettlingOptions {
  readonly core: Pick<GatewayCore, 'store' | 'patients'>;
  readonly versions: OwnVersionStore;
  readonly rewraps: RewrapStore;
  readonly grants: GrantStore;
  /** `received/received-wraps.ts`: the same for what authorities have written. */
  readonly receivedWraps: {
    settle(patientNo: number, signal: AbortSignal): Promise<boolean>;
    differences(patientNo: number, signal: AbortSignal): AsyncGenerator<WrapDifference, void, undefined>;
  };
  readonly progress: Pick<PatientProgress, 'notify'>;
}

/**
 * In the background: holds the wraps of a patient's records against the grants, lets new grantees in and leaves former
 * ones out, and takes the new sets to the providers. What a provider holds is the truth: a set that it has taken is kept
 * afterwards, and one that this store has forgotten is read there.
 */
export class Rewrapper implements AsyncDisposable {
  readonly #options: RewrapperOptions;
  readonly #settling: WrapSettling;
  readonly #work: DurableWork<number>;
  #sweepTimer: NodeJS.Timeout | undefined;

  constructor(options: RewrapperOptions) {
    this.#options = options;
    this.#settling = new WrapSettling(options);
    this.#work = new DurableWork<number>({
      name: 'rewrap',
      concurrency: REWRAP_CONCURRENCY,
      backoff: REWRAP_BACKOFF,
      isAway: (error) => error instanceof LedgerError && isLedgerAway(error),
      logger: options.logger,
      run: (patientNo, signal) => this.#run(patientNo, signal),
    });
  }

  /** Goes on with what earlier runs left, and looks now and then whether time has changed who may read. */
  start(): void {
    for (const patientNo of this.#options.rewraps.patients()) this.add(patientNo);
    this.sweep();
    this.#sweepTimer = setInterval(() => this.sweep(), SWEEP_INTERVAL_MS).unref();
  }

  /** The patient has a job, or a version that it waits for has been stored. */
  add(patientNo: number): void {
    if (this.#options.rewraps.get(patientNo) !== undefined) this.#work.add(patientNo, patientNo);
  }

  /** Requests a look at the wraps of patients whose grants have ended, or denials begun or ended, since the last sweep. */
  sweep(): void {
    const { core, grants, rewraps, clock } = this.#options;
    const nowMs = clock();
    const ended = grants.patientsOfTurned(rewraps.sweptMs(), nowMs);
    if (ended.length === 0) return;
    core.store.deferred(() => {
      for (const patientNo of ended) rewraps.request(patientNo);
      rewraps.setSwept(nowMs);
    });
    for (const patientNo of ended) this.add(patientNo);
  }

  get health(): WorkHealth {
    return this.#work.health;
  }

  async stop(): Promise<void> {
    clearInterval(this.#sweepTimer);
    await this.#work.stop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #run(patientNo: number, signal: AbortSignal): Promise<void> {
    const { core, rewraps, versions, receivedWraps, progress } = this.#options;
    let hasAgreed = true;
    for (;;) {
      const job = rewraps.get(patientNo);
      if (job === undefined) return;
      const page = this.#next(job);
      if (page.length > 0) {
        if (!(await this.#page(job, page, signal))) hasAgreed = false;
        continue;
      }
      const areReceived = await receivedWraps.settle(patientNo, signal);
      const left = core.store.deferred(() => rewraps.end(job, areReceived));
      progress.notify(patientNo);
      if (left?.generation !== job.generation) continue;
      // What is on its way to a provider with its first set goes on once that is stored; anything else is tried again.
      if (hasAgreed && areReceived && versions.unstored(patientNo, left) !== undefined) return;
      throw new NotYetError('WRAPS_MISMATCH');
    }
  }

  /** The next page of versions that providers have. Those between them that none has yet come again, whenever it takes them. */
  #next(job: RewrapJob): OwnVersion[] {
    const { core, rewraps, versions } = this.#options;
    const { patientNo, first, next } = job;
    const page = versions.sent(patientNo, { first, last: next }, VERSIONS_PER_PAGE);
    const passed = { first: page.at(-1)?.versionNo ?? first, last: next };
    const unstored = versions.unstored(patientNo, passed);
    if (unstored !== undefined) core.store.deferred(() => rewraps.comeAgain(job, unstored));
    return page;
  }

  /** Whether the providers agreed on all of it. */
  async #page(job: RewrapJob, page: readonly OwnVersion[], signal: AbortSignal): Promise<boolean> {
    const { core, rewraps, versions } = this.#options;
    let haveAgreed = true;
    for (const version of page) {
      // Others have their turn: a patient can have thousands of versions.
      await nextTurn();
      signal.throwIfAborted();
      const isHeld = version.storeTx !== null && versions.hasContent(version.versionNo);
      const isAgreed = !isHeld || (await this.#bringUpToDate(version, signal));
      core.store.deferred(() => rewraps.advance(job, version.versionNo, isAgreed));
      haveAgreed &&= isAgreed;
    }
    return haveAgreed;
  }

  /** Whether the provider's wraps are those that the grants give. */
  #bringUpToDate(version: OwnVersion, signal: AbortSignal): Promise<boolean> {
    return this.#settling.settle({ ...this.#toSettle(version), held: version }, signal);
  }

  #toSettle(version: OwnVersion): VersionToSettle {
    const { core, verifier } = this.#options;
    const { recordId, providerId } = version;
    const patient = core.patients.byNo(version.patientNo);
    return {
      ...{ patient, recordId, version: version.version, providerId },
      terms: recordTermsOf(version),
      partsOf: (held) => ownParts(patient, version, held, verifier),
      keep: (set, acceptance) => this.#keep(version, set, acceptance),
    };
  }

  /**
   * Versions, of this gateway and of authorities, whose providers hold something else than the grants give.
   * @throws LedgerError, HttpClientError
   */
  async *differences(
    patientNo: number,
    signal: AbortSignal,
  ): AsyncGenerator<WrapDifference, void, undefined> {
    const { versions, receivedWraps } = this.#options;
    for (let last = Number.MAX_SAFE_INTEGER; ;) {
      const page = versions.sent(patientNo, { first: 1, last }, VERSIONS_PER_PAGE);
      for (const version of page) {
        signal.throwIfAborted();
        const isHeld = version.storeTx !== null && versions.hasContent(version.versionNo);
        const difference = isHeld && (await this.#settling.difference(this.#toSettle(version), signal));
        if (difference) yield difference;
        last = version.versionNo - 1;
      }
      if (page.length < VERSIONS_PER_PAGE) break;
    }
    yield* receivedWraps.differences(patientNo, signal);
  }

  #keep({ versionNo }: OwnVersion, set: HeldSet, acceptance: string): void {
    const { core, versions } = this.#options;
    core.store.deferred(() => versions.setWraps(versionNo, set, acceptance));
  }
}
