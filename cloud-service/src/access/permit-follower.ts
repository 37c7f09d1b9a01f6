import { EVENTS, records, type AccessState } from '@careledger/contracts';
import { timestampOf } from '@careledger/domain';
import type { LedgerChannel, LedgerEvent } from '@careledger/ledger';
import { startWorker, type Logger, type Worker } from '@careledger/service-kit';
import { elapsedMs, type Clock } from '../clock.js';
import type { OwnPeer } from '../ledger/own-peer.js';
import type { Arrivals } from './arrivals.js';
import { HeightSamples } from './height-samples.js';
import type { PermitStore } from './permit-store.js';

/** How often the own peer is asked for its height: by so much may a permit be taken for older than it is. */
const HEIGHT_INTERVAL_MS = 1_000;
/** Longest pause after a failure: a peer that is back is followed at once. */
const BACKOFF = { minMs: 200, maxMs: 2_000 };
/** Age of the newest look at the own peer from which on this provider is not ready to release anything. */
const STALE_MS = 10_000;
const CHECKPOINT = 'permits';
const FOLLOWED = { AccessDecided: EVENTS.AccessDecided };

export interface PermitFollowerOptions {
  readonly providerId: string;
  readonly cloud: LedgerChannel;
  readonly ownPeer: OwnPeer;
  readonly arrivals: Arrivals;
  readonly permits: PermitStore;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Default HEIGHT_INTERVAL_MS. */
  readonly heightIntervalMs?: number;
}

/**
 * Follows channel `cloud` at the own peer, from where it was left off, and stamps each permit of this provider as it
 * comes. What was in the peer's ledger when it was first asked, at the start or after a break, came at a time that nobody
 * here saw: it is noted without one, and releases nothing.
 */
export class PermitFollower implements AsyncDisposable {
  readonly #options: PermitFollowerOptions;
  /** Started again after each break: what came meanwhile was not seen as it came. */
  #samples = new HeightSamples();
  readonly #workers: readonly Worker[];

  constructor(options: PermitFollowerOptions) {
    this.#options = options;
    const { logger, heightIntervalMs = HEIGHT_INTERVAL_MS } = options;
    const worker = (name: string, idleMs: number, run: (signal: AbortSignal) => Promise<unknown>) =>
      startWorker({
        name,
        idleMs,
        backoff: BACKOFF,
        logger,
        run: async (signal) => {
          await run(signal);
          return false;
        },
      });
    this.#workers = [
      worker('height', heightIntervalMs, () => this.#sample()),
      worker('permits', 0, (signal) => this.#follow(signal)),
    ];
  }

  /** Whether permits that come now are seen as they come. @throws Error */
  assertLive(): void {
    const { newest } = this.#samples;
    if (newest === undefined || elapsedMs(newest, this.#options.clock()) > STALE_MS)
      throw new Error('The height of the own peer is not known: permits that come now release nothing');
  }

  async stop(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.stop()));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #sample(): Promise<bigint> {
    const { clock, ownPeer } = this.#options;
    const samples = this.#samples;
    const at = clock();
    const height = await ownPeer.height();
    samples.add(height, at);
    return height;
  }

  async #follow(signal: AbortSignal): Promise<void> {
    const { cloud, logger } = this.#options;
    this.#samples = new HeightSamples();
    const events = cloud.events(records, {
      checkpoint: CHECKPOINT,
      // Without a checkpoint this provider is new: no earlier permit can be released by it.
      startBlock: await this.#sample(),
      schemas: FOLLOWED,
      signal,
      onReconnect: (err, failures) => {
        this.#samples = new HeightSamples();
        logger.warn({ err, failures }, 'the stream of permits broke: what comes meanwhile is not released');
      },
    });
    for await (const event of events) {
      this.#note(event);
      await event.ack();
    }
  }

  #note({ payload: { accesses }, blockNumber, transactionId }: LedgerEvent<typeof FOLLOWED>): void {
    const { arrivals, permits, providerId } = this.#options;
    const ours = accesses.filter((access) => access.txId === transactionId && isPermitOf(access, providerId));
    if (ours.length === 0) return;
    const at = this.#samples.lastWithout(blockNumber);
    permits.note(ours, blockNumber, at === undefined ? null : timestampOf(at.wallMs));
    for (const access of ours) arrivals.note({ access, at });
  }
}

const isPermitOf = ({ basis, decision, releasingProviderId }: AccessState, providerId: string): boolean =>
  basis === 'request' && decision === 'permit' && releasingProviderId === providerId;
