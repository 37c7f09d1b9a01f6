import type { Person } from '@careledger/examples';
import { heights, type NativeNetwork } from '@careledger/network-runners';
import type { Careledger } from '@careledger/supervisor';
import { patient, practitioner } from './clients.js';
import { seen, type Finding } from './finding.js';
import { callsBetween, snapshotLedgerCalls } from './ledger-calls.js';
import type { Load } from './load.js';
import { OutboxWatch } from './outbox-watch.js';
import { SteadyClient } from '../fixtures/deployments/steady-client.js';

const CALL_INTERVAL_MS = 1_000;

/** Something that is done to the network while clients go on. */
export interface Fault {
  /** E.g. `kill -9 of a BFT follower`. */
  readonly what: string;
  readonly victim: string;
  /** Calls `back` when the victim, after it was `gone`, is there again. Answers what else is to be said. */
  readonly run: (gone: () => void, back: () => void) => Promise<string | void>;
}

export interface TrialOptions {
  readonly careledger: Careledger;
  readonly network: NativeNetwork;
  readonly people: readonly Person[];
  readonly load: Load;
  /** Frames of the load that are sent, at most, while one fault is looked at. */
  readonly framesPerFault: number;
}

/** Clients beside the load, and what they, the services and the ledgers saw of each fault. */
export class Trial implements AsyncDisposable {
  readonly #options: TrialOptions;
  readonly #outbox: OutboxWatch;
  readonly #opening: SteadyClient;
  readonly #asking: SteadyClient;

  constructor(options: TrialOptions) {
    const { careledger, people } = options;
    this.#options = options;
    this.#outbox = new OutboxWatch(careledger);
    this.#opening = new SteadyClient(CALL_INTERVAL_MS, practitioner(careledger, people));
    this.#asking = new SteadyClient(CALL_INTERVAL_MS, patient(people));
  }

  /** Does it, waits until devices are answered, the outbox has caught up and every client has its answer, and says what was seen. */
  async observe({ run, victim, what }: Fault): Promise<Finding> {
    const { careledger, framesPerFault, load } = this.#options;
    const [before, heightsBefore, outboxBefore] = await Promise.all([
      snapshotLedgerCalls(careledger),
      this.#heights(),
      this.#outbox.now(),
    ]);
    const rejectedBefore = load.rejected;
    const resentBefore = load.resent;
    const fromMs = Date.now();
    load.grant(framesPerFault);
    let goneMs: number | undefined;
    let awayMs: number | undefined;
    const note = await run(
      () => (goneMs = Date.now()),
      () => (awayMs = Date.now() - (goneMs ?? fromMs)),
    );
    await load.untilAnswered();
    const caughtUp = await this.#outbox.caughtUp();
    const [opening, asking] = await Promise.all(
      [this.#opening, this.#asking].map((probe) => probe.startedWithin(fromMs, Date.now())),
    );
    const [after, heightsAfter, outboxAfter] = await Promise.all([
      snapshotLedgerCalls(careledger),
      this.#heights(),
      this.#outbox.now(),
    ]);
    const states = this.#outbox.since(fromMs);
    const calls = callsBetween(before, after);
    return {
      what,
      victim: note === undefined ? victim : `${victim}, ${note}`,
      awayMs,
      frames: load.answeredSince(fromMs),
      framesRejected: load.rejected - rejectedBefore,
      framesResent: load.resent - resentBefore,
      opening: seen(opening ?? []),
      asking: seen(asking ?? []),
      ledgerFailures: calls.failed,
      ledgerCalls: calls.succeeded,
      replayed: calls.replayed,
      behind: {
        records: Math.max(0, ...states.map(({ open }) => open)),
        blocks: Math.max(0, ...states.map(({ blocks, blocksAnchored }) => blocks - blocksAnchored)),
      },
      caughtUp,
      announced: outboxAfter.announced.versions - outboxBefore.announced.versions,
      heights: Object.fromEntries(
        Object.entries(heightsBefore).map(([channel, height]) => [
          channel,
          [height, heightsAfter[channel] ?? 0] as const,
        ]),
      ),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#outbox, this.#opening, this.#asking].map((part) => part[Symbol.asyncDispose]()));
  }

  /** The highest that a peer has of each channel. */
  async #heights(): Promise<Record<string, number>> {
    const highest: Record<string, number> = {};
    for (const { channel, height } of await heights(this.#options.network))
      highest[channel] = Math.max(highest[channel] ?? 0, height);
    return highest;
  }
}
