import type { NetworkPlan } from '@careledger/network-definition';
import type { NetworkLayout } from '../layout.js';
import type { Progress } from '../progress.js';
import type { NetworkConnections } from './connections.js';

/** A network whose nodes run, with connections to them, and who is told of what is done to it. */
export interface RunningNetwork {
  readonly plan: NetworkPlan;
  readonly layout: NetworkLayout;
  readonly connections: NetworkConnections;
  readonly progress: Progress;
}
