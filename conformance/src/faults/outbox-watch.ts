import { setTimeout as delay } from 'node:timers/promises';
import { ApiClient } from '@careledger/examples';
import type { Careledger } from '@careledger/supervisor';
import { Type, type Static } from 'typebox';

/** Between two looks. */
const POLL_MS = 250;
/** Longer than the longest back-off of gateway and ledger client together. */
const CATCH_UP_TIMEOUT_MS = 60_000;

const Statistics = Type.Object({
  frames: Type.Integer(),
  blocks: Type.Integer(),
  blocksAnchored: Type.Integer(),
  stored: Type.Object({ versions: Type.Integer() }),
  announced: Type.Object({ versions: Type.Integer() }),
  refused: Type.Object({ versions: Type.Integer() }),
});
const Outbox = Type.Object({
  due: Type.Integer(),
  open: Type.Object({ emergency: Type.Integer(), periodic: Type.Integer() }),
});

export interface OutboxState extends Static<typeof Statistics> {
  readonly atMs: number;
  /** Records to be made of closed windows. */
  readonly due: number;
  /** Records that are made and not announced yet. */
  readonly open: number;
}

/** Looks at a gateway's outbox again and again, also while the gateway is dead. */
export class OutboxWatch implements AsyncDisposable {
  readonly #ops: ApiClient;
  readonly #states: OutboxState[] = [];
  readonly #stop = new AbortController();
  readonly #watching: Promise<void>;

  constructor({ gateway }: Careledger) {
    this.#ops = new ApiClient(gateway.url, gateway.tokens.ops);
    this.#watching = this.#watch();
  }

  /** What was seen since then. */
  since(ms: number): readonly OutboxState[] {
    return this.#states.filter(({ atMs }) => atMs >= ms);
  }

  async now(): Promise<OutboxState> {
    const [statistics, { due, open }] = await Promise.all([
      this.#ops.call('GET', '/v1/statistics', Statistics),
      this.#ops.call('GET', '/v1/outbox', Outbox),
    ]);
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
