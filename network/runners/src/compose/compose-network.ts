import { planOf, requireState, type NetworkState, type Progress } from '@careledger/network-admin';
import { servicesOf, type NetworkPlan, type ServiceNode } from '@careledger/network-definition';
import type { RunnerNetwork } from '../operations/runner-network.js';
import { OTHER_HOSTS } from './containers.js';
import { DEVICES_MSP } from './devices.js';
import type { ComposeLayout } from './layout.js';
import { MONITORING_MSP } from './monitoring.js';
import { prepare } from './prepare.js';

/** The network on the two volumes. Its containers are the host's to start and stop. */
export class ComposeNetwork implements RunnerNetwork {
  readonly otherHosts = OTHER_HOSTS;
  readonly otherMspIds = [MONITORING_MSP, DEVICES_MSP];

  constructor(
    readonly layout: ComposeLayout,
    readonly progress: Progress,
  ) {}

  async state(): Promise<NetworkState> {
    return requireState(this.layout.root);
  }

  plan(state: NetworkState): NetworkPlan {
    return planOf(state);
  }

  services(state: NetworkState): ServiceNode[] {
    return servicesOf(this.plan(state));
  }

  /** Writes what the containers of the network as it shall be read when they start. */
  async up(): Promise<NetworkPlan> {
    const { profile } = await this.state();
    return prepare(this.layout, profile, this.progress);
  }

  /** The host starts them again. */
  async end(): Promise<void> {}
}
