import { table, type Finding } from '@careledger/network-admin';
import { diagnose } from '../native/doctor.js';
import type { NativeNetwork } from '../native/native-network.js';
import { heights, ordererHeights } from '../operations/heights.js';
import { ledgerCells, type Answer } from './answer.js';
import type { Runner } from './operations.js';

/** On a native network everything is done when an operation ends. */
export class NativeRunner implements Runner {
  constructor(readonly network: NativeNetwork) {}

  async status(): Promise<Answer> {
    const processes = await this.network.status();
    const allRun = processes.length > 0 && processes.every(({ running }) => running);
    const ledgers = allRun ? await heights(this.network) : [];
    const orderers = allRun ? await ordererHeights(this.network) : [];
    return {
      value: { processes, ledgers, orderers },
      lines: [
        ...(processes.length === 0 ? ['nothing runs'] : []),
        ...table(
          processes.map(({ name, pid, running }) => [name, running ? `runs (pid ${pid})` : 'HAS ENDED']),
        ),
        ...table([
          ...orderers.map(({ orderer, channel, height }) => [orderer, channel, `height ${height}`]),
          ...ledgers.map(ledgerCells),
        ]),
      ],
      isBad: !allRun,
    };
  }

  diagnose(): Promise<Finding[]> {
    return diagnose(this.network);
  }

  async joined(mspId: string): Promise<Answer> {
    return { value: { joined: mspId }, lines: [`${mspId} takes part`] };
  }

  async left(mspId: string): Promise<Answer> {
    return { value: { left: mspId }, lines: [`${mspId} takes no part any more`] };
  }

  async rotated(nodeOrMspId: string): Promise<Answer> {
    return { value: { rotated: nodeOrMspId }, lines: [`${nodeOrMspId} runs with new certificates`] };
  }

  async upgraded(chaincode: string, version: string): Promise<Answer> {
    return { value: { chaincode, version }, lines: [`${chaincode} ${version} runs`] };
  }
}
