import type { NetworkState, Progress } from '@careledger/network-admin';
import type { NetworkPlan, ServiceNode } from '@careledger/network-definition';
import type { ServiceLayout } from '../services/layout.js';
import type { TlsHost } from '../services/tls.js';

/** What operations need of a network, whatever runs it. */
export interface RunnerNetwork {
  readonly layout: ServiceLayout;
  readonly progress: Progress;
  /** What has a TLS certificate and is neither Fabric's nor a service. */
  readonly otherHosts: readonly TlsHost[];
  /** MSP IDs of who takes no part in the network and has certificates all the same. */
  readonly otherMspIds: readonly string[];
  /** What the network was started and changed with. */
  state(): Promise<NetworkState>;
  /** The plan that a state amounts to. */
  plan(state: NetworkState): NetworkPlan;
  /** The services that run beside the network. */
  services(state: NetworkState): ServiceNode[];
  /**
   * Brings it to what its state says. Natively that starts and stops processes; in containers it writes what they read,
   * and who called starts and stops them.
   */
  up(): Promise<unknown>;
  /** Ends nodes that `up` shall start again; in containers that too is for whoever called. */
  end(nodeIds: readonly string[]): Promise<void>;
}
