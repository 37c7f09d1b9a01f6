import { records } from '@careledger/contracts';
import type { Signer } from '@careledger/crypto';
import type { ChannelName } from '@careledger/domain';
import { mayBeTakenLater, NotYetError } from '@careledger/delivery';
import { DurableWork, type Logger, type WorkHealth } from '@careledger/service-kit';
import type { ChainReader } from '../chain/index.js';
import type { Registrations } from '../consent/registrations.js';
import { KEY_UNKNOWN, type Rekeyings } from '../consent/rekeyings.js';
import type { RegistrationAwaiter } from '../consent/settle.js';
import type { LedgerReader } from '../ledger-access/ledger-link.js';
import { LEDGER_CONCURRENCY, PERIODIC_BACKOFF } from '../ledger-access/limits.js';
import type { Settled, StatementBatcher } from '../ledger-access/statement-batcher.js';
import type { Patient, Patients } from '../patients/index.js';
import { isSignedBy, patientStatement } from '../patients/patient-statement.js';
import type { PatientProgress } from '../patients/progress.js';
import type { GatewayStore } from '../store/index.js';
import type { AnchorStore, Head } from './anchor-store.js';

/** Codes that say that the ledger has another head than this store: it is read again. */
const STALE_CODES: ReadonlySet<string> = new Set(['ANCHOR_PREV_MISMATCH', 'ANCHOR_HEIGHT_NOT_RISING']);

/** Fault of a chain that lacks, or has otherwise, a block that is anchored: its store is older than the ledger. */
const BEHIND_LEDGER = 'CHAIN_BEHIND_LEDGER';

/** A patient's chain, as far as it concerns its anchors. */
interface AnchoredChain {
  readonly patientNo: number;
  readonly patientId: string;
  readonly signer: Signer;
  /** Newest block that is on disk. */
  readonly durableHead: Head;
}

export interface AnchoringOptions {
  readonly store: Pick<GatewayStore, 'deferred' | 'sync'>;
  readonly anchors: AnchorStore;
  readonly ledger: LedgerReader & { readonly anchor: Pick<StatementBatcher, 'submit'> };
  readonly patients: Pick<Patients, 'list' | 'byNo'>;
  readonly chain: Pick<ChainReader, 'blocksFrom'>;
  readonly registrations: Pick<Registrations, 'has'>;
  readonly rekeyings: Pick<Rekeyings, 'isHeld' | 'mayExplain'>;
  readonly networkId: string;
  readonly intervalMs: number;
  readonly clock: () => number;
  readonly progress: Pick<PatientProgress, 'notify'>;
  readonly logger: Pick<Logger, 'warn' | 'error'>;
}

/**
 * Anchors the heads of chains on `authorities`: each names the one anchored before. Many patients' anchors share a
 * transaction.
 */
export class Anchoring implements RegistrationAwaiter, AsyncDisposable {
  readonly #options: AnchoringOptions;
  readonly #work: DurableWork<number>;
  readonly #queued = new Set<number>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: AnchoringOptions) {
    this.#options = options;
    this.#work = new DurableWork<number>({
      name: 'anchor',
      concurrency: LEDGER_CONCURRENCY,
      backoff: PERIODIC_BACKOFF,
      isAway: (error) => !(error instanceof NotYetError),
      logger: options.logger,
      run: (patientNo) => this.#anchor(patientNo),
    });
  }

  /** Finishes what earlier runs left, then anchors at every interval what has grown. */
  start(): void {
    for (const { patientNo } of this.#chains()) {
      if (this.#options.anchors.get(patientNo).pending !== null) this.request(patientNo);
    }
    this.#timer = setInterval(() => this.requestAll(), this.#options.intervalMs).unref();
  }

  requestAll(): void {
    for (const { patientNo } of this.#chains()) if (!this.isUpToDate(patientNo)) this.request(patientNo);
  }

  /** Anchors a patient's chain now, or as soon as the patient is registered. */
  request(patientNo: number): void {
    if (this.#queued.has(patientNo)) return;
    this.#queued.add(patientNo);
    if (this.#options.registrations.has(patientNo, 'authorities')) this.#work.add(patientNo, patientNo);
  }

  registered(patientNo: number, channel: ChannelName): void {
    if (channel === 'authorities' && this.#queued.has(patientNo)) this.#work.add(patientNo, patientNo);
  }

  /** Whether the newest block on disk is anchored, or the ledger takes no more of this chain. */
  isUpToDate(patientNo: number): boolean {
    const { anchored, pending, fault } = this.#options.anchors.get(patientNo);
    const { height } = this.#chainOf(patientNo).durableHead;
    return fault !== null || (pending === null && anchored !== null && anchored.height >= height);
  }

  get health(): WorkHealth {
    return this.#work.health;
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#work.stop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #chains(): AnchoredChain[] {
    return this.#options.patients.list().map(anchoredChain);
  }

  #chainOf(patientNo: number): AnchoredChain {
    return anchoredChain(this.#options.patients.byNo(patientNo));
  }

  /** Hash of a sealed block; undefined where the chain has none of this height. */
  #hashAt(patientNo: number, height: number): string | undefined {
    return this.#options.chain.blocksFrom(patientNo, height, 1)[0]?.hash;
  }

  async #anchor(patientNo: number): Promise<void> {
    const { ledger, progress, rekeyings } = this.#options;
    while (!this.isUpToDate(patientNo)) {
      if (rekeyings.isHeld(patientNo, 'authorities')) throw new NotYetError(KEY_UNKNOWN);
      const next = await this.#next(patientNo);
      const settled = await ledger.anchor.submit(this.#chainOf(patientNo).patientId, next.statement);
      if (mayBeTakenLater(settled.item.code) || (await this.#isRekeyed(patientNo, settled.item.code)))
        throw new NotYetError(settled.item.code);
      await this.#settle(patientNo, next, settled);
    }
    this.#queued.delete(patientNo);
    progress.notify(patientNo);
  }

  /** A peer that lags behind does not know a key that took another's place; one may know a key that is not in the chain yet. To give the chain up for that would be for good. */
  async #isRekeyed(patientNo: number, code: string): Promise<boolean> {
    const { patients, rekeyings } = this.#options;
    if (code !== KEY_UNKNOWN) return false;
    if (patients.byNo(patientNo).chain.signerKeys().length > 1) return true;
    return rekeyings.mayExplain(patientNo, code, 'authorities');
  }

  /** The statement that is to go: the pending one, else a new one, on disk first. */
  async #next(patientNo: number): Promise<Head & { readonly statement: string }> {
    const { store, anchors, networkId } = this.#options;
    const state = anchors.get(patientNo);
    const { patientId, signer, durableHead } = this.#chainOf(patientNo);
    // What a former key signed is signed anew.
    if (state.pending !== null && isSignedBy(state.pending.statement, signer)) return state.pending;
    const { height, hash } = durableHead;
    const body = {
      height,
      hash,
      prevHeight: state.anchored?.height ?? null,
      prevHash: state.anchored?.hash ?? null,
    };
    const statement = patientStatement(
      'anchorHead',
      { patientId, networkId, channels: ['authorities'], body },
      signer,
    );
    const pending = { height, hash, statement };
    store.deferred(() => anchors.put(patientNo, { ...state, pending }));
    await store.sync();
    return pending;
  }

  async #settle(patientNo: number, { height, hash }: Head, { item }: Settled): Promise<void> {
    const { store, anchors, ledger, clock, logger } = this.#options;
    const state = anchors.get(patientNo);
    if (item.code === 'OK') {
      store.deferred(() =>
        anchors.put(patientNo, {
          anchored: { height, hash },
          pending: null,
          fault: null,
          anchoredMs: clock(),
        }),
      );
      return;
    }
    const { patientId } = this.#chainOf(patientNo);
    if (STALE_CODES.has(item.code)) {
      logger.warn({ patientNo, code: item.code }, 'the ledger has another head: read again');
      const { head } = await ledger.channel('authorities').evaluate(records, 'GetHead', { patientId });
      const anchored = head && { height: head.height, hash: head.hash };
      if (anchored === null || this.#hashAt(patientNo, anchored.height) === anchored.hash)
        store.deferred(() => anchors.put(patientNo, { ...state, anchored, pending: null }));
      else this.#giveUp(patientNo, BEHIND_LEDGER);
      return;
    }
    this.#giveUp(patientNo, item.code);
  }

  /** Nothing more of this chain is anchored: a second history beside the anchored one would be evidence of a fork. */
  #giveUp(patientNo: number, fault: string): void {
    const { store, anchors, logger } = this.#options;
    logger.error(
      { patientNo, fault },
      fault === BEHIND_LEDGER
        ? 'the ledger has an anchor of a block that this store has not: put back a newer backup of this gateway'
        : 'the ledger takes no anchors of this chain',
    );
    store.deferred(() => anchors.put(patientNo, { ...anchors.get(patientNo), pending: null, fault }));
  }
}

function anchoredChain({ patientNo, patientId, chain }: Patient): AnchoredChain {
  return { patientNo, patientId, signer: chain.signer, durableHead: chain.durableHead };
}
