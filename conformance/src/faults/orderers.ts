import { setTimeout as delay } from 'node:timers/promises';
import { NetworkConnections, type NetworkLayout } from '@careledger/network-admin';
import type { NetworkPlan } from '@careledger/network-definition';

/** Of four BFT orderers three decide. */
const QUORUM = 3;
const POLL_MS = 200;
/** A view change takes the leader's heartbeat time-out, and another round where the next leader is slow. */
const VIEW_CHANGE_TIMEOUT_MS = 45_000;
const CATCH_UP_TIMEOUT_MS = 30_000;

/** The orderer that leads each channel; undefined where no quorum follows the same one. */
export type Leaders = ReadonlyMap<string, string | undefined>;

/** Who leads, by the orderers' own metrics: three of them have to name the same one. */
export class Orderers implements Disposable {
  private constructor(
    readonly plan: NetworkPlan,
    readonly connections: NetworkConnections,
  ) {}

  static async open(plan: NetworkPlan, layout: NetworkLayout): Promise<Orderers> {
    return new Orderers(plan, await NetworkConnections.open(plan, layout));
  }

  /** Asks all that answer. */
  async leaders(): Promise<Leaders> {
    const expositions = await Promise.all(this.plan.orderers.map(({ id }) => this.#metrics(id)));
    return new Map(
      this.plan.channels.map(({ name }) => {
        const named = expositions.flatMap((exposition) => leaderIn(exposition, name) ?? []);
        const leaderId = named.find((id) => named.filter((other) => other === id).length >= QUORUM);
        return [name, this.plan.orderers.find(({ consenterId }) => consenterId === leaderId)?.id];
      }),
    );
  }

  /** Resolves when a quorum follows one leader on every channel, and it is none of those named. */
  async untilLed(except: readonly string[] = []): Promise<Leaders> {
    const deadlineMs = Date.now() + VIEW_CHANGE_TIMEOUT_MS;
    for (;;) {
      const leaders = await this.leaders();
      if ([...leaders.values()].every((id) => id !== undefined && !except.includes(id))) return leaders;
      if (Date.now() > deadlineMs)
        throw new Error(
          `No other leader within ${VIEW_CHANGE_TIMEOUT_MS} ms: ${JSON.stringify([...leaders])}`,
        );
      await delay(POLL_MS);
    }
  }

  /**
   * Resolves when the orderer has every block that any of them has now, and follows the same leaders as a quorum: before,
   * it counts as one that is down.
   */
  async untilCaughtUp(id: string): Promise<void> {
    await this.#untilLevel(id);
    const deadlineMs = Date.now() + CATCH_UP_TIMEOUT_MS;
    while (!(await this.#followsAll(id))) {
      if (Date.now() > deadlineMs)
        throw new Error(`${id} follows no leader ${CATCH_UP_TIMEOUT_MS} ms after its return`);
      await delay(POLL_MS);
    }
  }

  async #followsAll(id: string): Promise<boolean> {
    const [own, leaders] = await Promise.all([this.#metrics(id), this.leaders()]);
    return [...leaders].every(([channel, leader]) => {
      const followed = leaderIn(own, channel);
      return (
        leader !== undefined && this.plan.orderers.find((o) => o.consenterId === followed)?.id === leader
      );
    });
  }

  async #untilLevel(id: string): Promise<void> {
    for (const { name } of this.plan.channels) {
      const heights = await Promise.all(this.plan.orderers.map((node) => this.#height(node.id, name)));
      const deadlineMs = Date.now() + CATCH_UP_TIMEOUT_MS;
      while ((await this.#height(id, name)) < Math.max(...heights)) {
        if (Date.now() > deadlineMs)
          throw new Error(`${id} lacks blocks of ${name} ${CATCH_UP_TIMEOUT_MS} ms after its return`);
        await delay(POLL_MS);
      }
    }
  }

  [Symbol.dispose](): void {
    this.connections[Symbol.dispose]();
  }

  async #height(id: string, channel: string): Promise<number> {
    return (await this.connections.orderer(id).admin.info(channel)).height;
  }

  async #metrics(id: string): Promise<string> {
    try {
      return (await this.connections.orderer(id).operations.send('GET', '/metrics', [200])).body;
    } catch {
      // The dead one names nobody.
      return '';
    }
  }
}

/** `consensus_smartbft_view_leader_id`: the leader of the view in which this orderer takes part (SmartBFT's metrics). */
function leaderIn(exposition: string, channel: string): number | undefined {
  const pattern = new RegExp(
    `^consensus_smartbft_view_leader_id\\{[^}]*channel="${channel}"[^}]*\\} (\\d+)`,
    'm',
  );
  const [, id] = pattern.exec(exposition) ?? [];
  return id === undefined ? undefined : Number(id);
}
