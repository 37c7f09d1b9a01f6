import type { NetworkLayout, NetworkState, Progress } from '@careledger/network-admin';
import type { NetworkPlan } from '@careledger/network-definition';

/** What operations need of a network, whatever runs it. */
export interface RunnerNetwork {
  readonly layout: NetworkLayout;
  readonly progress: Progress;
  /** What the network was started and changed with. */
  state(): Promise<NetworkState>;
  /** The plan that a state amounts to. */
  plan(state: NetworkState): NetworkPlan;
  /**
   * Brings it to what its state says. Natively that starts and stops processes; in containers it writes what they read,
   * and who called starts and stops them.
   */
  up(): Promise<unknown>;
}
