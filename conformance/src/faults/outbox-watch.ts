import { setTimeout as delay } from 'node:timers/promises';
import { Gateway } from '@careledger/client';
import type { GetStatisticsResponse } from '@careledger/client/gateway';
import type { Careledger } from '@careledger/supervisor';

/** Between two looks. */
const POLL_MS = 250;
/** Longer than the longest back-off of gateway and ledger client together. */
const CATCH_UP_TIMEOUT_MS = 60_000;

export interface OutboxState extends GetStatisticsResponse {
  readonly atMs: number;
  /** Records to be made of closed windows. */
  readonly due: number;
  /** Records that are made and not announced yet. */
  readonly open: number;
}

/** Looks at a gateway's outbox again and again, also while the gateway is dead. */
export class OutboxWatch implements AsyncDisposable {
  readonly #ops: Gateway;
  readonly #states: OutboxState[] = [];
  readonly #stop = new AbortController();
  readonly #watching: Promise<void>;

  constructor({ gateway }: Careledger) {
    // Whoever watches sees each silence.
    this.#ops = new Gateway({ url: gateway.url, token: gateway.tokens.ops, retry: { attempts: 1 } });
    this.#watching = this.#watch();
  }

  /** What was seen since then. */
  since(ms: number): readonly OutboxState[] {
    return this.#states.filter(({ atMs }) => atMs >= ms);
  }

  async now(): Promise<OutboxState> {
    const [statistics, { due, open }] = await Promise.all([this.#ops.getStatistics(), this.#ops.getOutbox()]);
    return { ...statistics, atMs: Date.now(), due, open: open.emergency + open.periodic };
  }

  /** Resolves when everything that waits now is announced, and every block of now is anchored: how long each took. */
  async caughtUp(): Promise<{ readonly announcedMs: number; readonly anchoredMs: number }> {
    const debt = await this.now();
    const announcedMs = await this.#until(
      debt,
      `${debt.open} records to be announced`,
      ({ announced, refused }) =>
        announced.versions + refused.versions >= debt.announced.versions + debt.refused.versions + debt.open,
    );
    const anchoredMs = await this.#until(
      debt,
      `${debt.blocks - debt.blocksAnchored} blocks to be anchored`,
      ({ blocksAnchored }) => blocksAnchored >= debt.blocks,
    );
    return { announcedMs, anchoredMs };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#watching;
  }

  async #until(debt: OutboxState, what: string, isDone: (state: OutboxState) => boolean): Promise<number> {
    for (;;) {
      const done = this.since(debt.atMs).find(isDone);
      if (done !== undefined || isDone(debt)) return (done ?? debt).atMs - debt.atMs;
      if (Date.now() - debt.atMs > CATCH_UP_TIMEOUT_MS)
        throw new Error(`The outbox did not catch up within ${CATCH_UP_TIMEOUT_MS} ms: there were ${what}`);
      await delay(POLL_MS);
    }
  }

  async #watch(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      try {
        this.#states.push(await this.now());
      } catch {
        // A dead gateway says nothing; the next look may.
      }
      await delay(POLL_MS);
    }
  }
}
