import { planOf, requireState, type NetworkState, type Progress } from '@careledger/network-admin';
import type { NetworkPlan } from '@careledger/network-definition';
import type { RunnerNetwork } from '../operations/runner-network.js';
import type { ComposeLayout } from './layout.js';
import { prepare } from './prepare.js';

/** The network on the two volumes. Its containers are the host's to start and stop. */
export class ComposeNetwork implements RunnerNetwork {
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

  /** Writes what the containers of the network as it shall be read when they start. */
  async up(): Promise<NetworkPlan> {
    const { profile } = await this.state();
    return prepare(this.layout, profile, this.progress);
  }
}
