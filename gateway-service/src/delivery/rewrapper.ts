import { setImmediate as nextTurn } from 'node:timers/promises';
import { kidOf, type SignatureVerifier } from '@careledger/crypto';
import { isLedgerAway, isUnavailable, NotYetError } from '@careledger/delivery';
import { EnvelopeError, nextWrapSet, readWrap, type Recipient } from '@careledger/envelope';
import { LedgerError } from '@careledger/ledger';
import { currentKey, everyKey } from '@careledger/policy';
import { DurableWork, HttpClientError, type Logger, type WorkHealth } from '@careledger/service-kit';
import type { GrantStore } from '../consent/grant-store.js';
import type { GatewayCore } from '../core.js';
import type { OrganisationDirectory } from '../ledger-access/organisation-directory.js';
import type { Providers } from '../ledger-access/providers.js';
import type { Patient } from '../patients/index.js';
import type { PatientProgress } from '../patients/progress.js';
import { ownParts } from '../records/own-record.js';
import { recordTermsOf, type HeldSet, type OwnVersion } from '../records/own-version.js';
import { readersOf } from '../records/readers.js';
import { REWRAP_BACKOFF, REWRAP_CONCURRENCY } from './limits.js';
import type { OwnVersionStore } from './own-version-store.js';
import type { RewrapJob, RewrapStore } from './rewrap-store.js';
import { WrapHolder } from './wrap-holder.js';

/** Versions that are read at a time. */
const VERSIONS_PER_PAGE = 16;
/** Sets that are made of a version in one round, as its provider names what it holds and whom it knows. */
const TRIES_MAX = 4;
/** How often it is looked whether grants have ended, or denials begun or ended. */
const SWEEP_INTERVAL_MS = 60_000;

export interface RewrapperOptions {
  readonly core: Pick<GatewayCore, 'store' | 'patients'>;
  readonly versions: OwnVersionStore;
  readonly rewraps: RewrapStore;
  readonly grants: GrantStore;
  readonly directory: Pick<OrganisationDirectory, 'authority' | 'providerKeys'>;
  readonly providers: Providers;
  readonly verifier: SignatureVerifier;
  readonly clock: () => number;
  readonly progress: Pick<PatientProgress, 'notify'>;
  readonly logger: Pick<Logger, 'warn' | 'error'>;
}

/** Who gets a wrap besides those that have one, and whose wraps go, by thumbprint. */
interface Change {
  readonly add: readonly Recipient[];
  readonly drop: ReadonlySet<string>;
}

/** What a provider has said of a set in this round. */
interface Objections {
  readonly drop: ReadonlySet<string>;
  readonly keep: ReadonlySet<string>;
}

/**
 * In the background: holds the wraps of a patient's records against the grants, lets new grantees in and leaves former
 * ones out, and takes the new sets to the providers. What a provider holds is the truth: a set that it has taken is kept
 * afterwards, and one that this store has forgotten is read there.
 */
export class Rewrapper implements AsyncDisposable {
  readonly #options: RewrapperOptions;
  readonly #holder: WrapHolder;
  readonly #work: DurableWork<number>;
  #sweepTimer: NodeJS.Timeout | undefined;

  constructor(options: RewrapperOptions) {
    this.#options = options;
    this.#holder = new WrapHolder(options);
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
    const { core, rewraps, versions, progress } = this.#options;
    let hasAgreed = true;
    for (;;) {
      const job = rewraps.get(patientNo);
      if (job === undefined) return;
      const page = versions.sent(patientNo, { first: job.first, last: job.next }, VERSIONS_PER_PAGE);
      if (page.length > 0) {
        if (!(await this.#page(job, page, signal))) hasAgreed = false;
        continue;
      }
      const left = core.store.deferred(() => rewraps.end(job, versions.unstored(patientNo, job)));
      progress.notify(patientNo);
      if (left?.generation !== job.generation) continue;
      if (!hasAgreed) throw new NotYetError('WRAPS_MISMATCH');
      // What is left is on its way to a provider with its first set: it goes on once that is stored.
      return;
    }
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
  async #bringUpToDate(version: OwnVersion, signal: AbortSignal): Promise<boolean> {
    const { core, providers, logger } = this.#options;
    const { recordId, providerId } = version;
    if (!providers.order().includes(providerId)) {
      logger.error(
        { recordId, providerId },
        'its provider is not in the configuration: its wraps stay as they are',
      );
      return false;
    }
    if (!providers.isWorking(providerId)) return false;
    const patient = core.patients.byNo(version.patientNo);
    try {
      return await this.#settle(patient, version, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof HttpClientError) {
        if (isUnavailable(error)) providers.failed(providerId);
      } else if (!(error instanceof EnvelopeError)) throw error;
      logger.warn({ err: error, recordId, version: version.version }, 'its wraps are not up to date yet');
      return false;
    }
  }

  async #settle(patient: Patient, version: OwnVersion, signal: AbortSignal): Promise<boolean> {
    let held: HeldSet = version;
    let objections: Objections | undefined;
    for (let tries = 0; tries < TRIES_MAX; tries++) {
      const change = await this.#change(patient, version, held, objections);
      if (change.add.length + change.drop.size === 0) return objections === undefined;
      const next = await this.#next(patient, version, held, change);
      if (next === undefined) return objections === undefined;
      const replaced = await this.#holder.replace(patient, version, next, signal);
      if (replaced.outcome === 'taken') {
        this.#keep(version, next, replaced.acceptance);
        return objections === undefined;
      }
      if (replaced.outcome === 'behind') {
        const { acceptance, ...present } = await this.#holder.held(patient, version, signal);
        this.#keep(version, present, acceptance);
        held = present;
      } else {
        const { drop, keep } = replaced;
        objections = {
          drop: new Set([...(objections?.drop ?? []), ...drop]),
          keep: new Set([...(objections?.keep ?? []), ...keep]),
        };
      }
    }
    return false;
  }

  /** By the grants that this gateway knows, without what the provider objects to. */
  async #change(
    { patientId, patientNo }: Patient,
    version: OwnVersion,
    { wraps }: HeldSet,
    objections: Objections | undefined,
  ): Promise<Change> {
    const { core, grants, directory, clock } = this.#options;
    const own = core.patients.keys(patientId).encryption().kid;
    const allowed = new Set([own]);
    const wanted: Recipient[] = [];
    for (const authorityId of readersOf(grants, patientNo, recordTermsOf(version), clock())) {
      const { encryptionKeys, breakGlassKeys } = await directory.authority(authorityId);
      for (const key of everyKey([...encryptionKeys, ...breakGlassKeys])) allowed.add(kidOf('X25519', key));
      const publicKey = currentKey(encryptionKeys);
      if (publicKey !== undefined) wanted.push({ publicKey });
    }
    const held = new Set(wraps.map((jwe) => readWrap(jwe).kid));
    const isToGo = (kid: string): boolean => {
      if (kid === own || objections?.keep.has(kid) === true) return false;
      return !allowed.has(kid) || objections?.drop.has(kid) === true;
    };
    return {
      add: wanted.filter(({ publicKey }) => {
        const kid = kidOf('X25519', publicKey);
        return !held.has(kid) && objections?.drop.has(kid) !== true;
      }),
      drop: new Set([...held].filter(isToGo)),
    };
  }

  async #next(
    patient: Patient,
    version: OwnVersion,
    held: HeldSet,
    change: Change,
  ): Promise<HeldSet | undefined> {
    const { core, verifier } = this.#options;
    const next = await nextWrapSet(
      {
        ...ownParts(patient, version, held, verifier),
        wraps: held.wraps,
        ownKey: core.patients.keys(patient.patientId).encryption(),
      },
      change,
      patient.chain.signer,
    );
    return next && { wrapSet: next.wrapSet, wraps: next.wraps.map(({ jwe }) => jwe) };
  }

  #keep({ versionNo }: OwnVersion, set: HeldSet, acceptance: string): void {
    const { core, versions } = this.#options;
    core.store.deferred(() => versions.setWraps(versionNo, set, acceptance));
  }
}
