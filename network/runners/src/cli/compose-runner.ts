import { text } from 'node:stream/consumers';
import { setUpNetwork, type Finding } from '@careledger/network-admin';
import type { ComposeNetwork } from '../compose/compose-network.js';
import { parseContainers } from '../compose/container-state.js';
import { containersOf } from '../compose/containers.js';
import { diagnose } from '../compose/doctor.js';
import { reachableHeights } from '../operations/heights.js';
import { ledgerLines, type Answer } from './answer.js';
import type { Runner } from './operations.js';

/**
 * What has to be done to containers is the host's part: standard output tells docker/operations/*.sh what that is, one
 * verb with its containers in a line.
 */
export class ComposeRunner implements Runner {
  constructor(readonly network: ComposeNetwork) {}

  async status(): Promise<Answer> {
    const ledgers = await reachableHeights(this.network);
    return {
      value: ledgers,
      lines: ledgerLines(ledgers),
      isBad: ledgers.some((ledger) => 'error' in ledger),
    };
  }

  /** The host's containers come on standard input. */
  async diagnose(): Promise<Finding[]> {
    return diagnose(this.network, parseContainers(await text(process.stdin)));
  }

  async joined(mspId: string): Promise<Answer> {
    const { variable, nodes, services, neighbours } = await containersOf(this.network, mspId);
    return {
      value: { variable, nodes, services, neighbours },
      lines: [
        `set ${variable} 1`,
        ['start', ...nodes].join(' '),
        'set-up',
        ['start', ...services].join(' '),
        ['roll', ...neighbours].join(' '),
      ],
    };
  }

  async left(mspId: string): Promise<Answer> {
    const { variable, nodes, services, neighbours } = await containersOf(this.network, mspId);
    return {
      value: { variable, nodes, services, neighbours },
      lines: [
        `set ${variable} 0`,
        ['remove', ...services, ...nodes].join(' '),
        ['roll', ...neighbours].join(' '),
      ],
    };
  }

  async rotated(_nodeOrMspId: string, outdated: readonly string[]): Promise<Answer> {
    return { value: { outdated }, lines: [['restart', ...outdated].join(' '), 'set-up'] };
  }

  async upgraded(): Promise<Answer> {
    const { layout, progress } = this.network;
    const plan = this.network.plan(await this.network.state());
    await setUpNetwork(plan, layout, progress);
    const hosts = plan.chaincodeHosts.map(({ id }) => id);
    return { value: { hosts }, lines: [['restart', ...hosts].join(' '), 'set-up'] };
  }
}
