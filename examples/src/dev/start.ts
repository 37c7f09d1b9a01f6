import { join } from 'node:path';
import { devNetworkFolder } from '@careledger/network-definition';
import {
  ProcessGroup,
  startCareledger,
  startEmbeddedNetwork,
  type Careledger,
  type RunningNetwork,
} from '@careledger/supervisor';
import { DEMO_AUTHORITIES, DEMO_IDENTITIES } from '../demo/context.js';
import { claimFolder } from './folder.js';

export interface LocalOptions {
  /** Ledgers, stores, configurations and logs. */
  readonly dir: string;
  /** Period of the periodic records, in milliseconds. */
  readonly interval: number;
  readonly say: (line: string) => void;
}

/** All that runs on this machine for somebody who tries things out. */
export interface Local {
  readonly network: RunningNetwork;
  readonly careledger: Careledger;
}

/**
 * Where everything that is started belongs: ended with the stack, in a folder that is emptied first.
 * @throws Error when another run uses the folder, or when it holds anything else
 */
export function claimProcesses(ending: AsyncDisposableStack, dir: string): ProcessGroup {
  ending.use(claimFolder(dir));
  return ending.use(new ProcessGroup({ detached: true }));
}

/** Starts the embedded network and the services of all three layers. */
export async function startLocal(
  processes: ProcessGroup,
  { dir, interval, say }: LocalOptions,
): Promise<Local> {
  const network = await startEmbeddedNetwork(processes, devNetworkFolder(dir), logFolder(dir));
  say('the embedded network runs');
  const careledger = await startCareledger({
    processes,
    network,
    dir,
    recordIntervalMs: interval,
    authorities: DEMO_AUTHORITIES,
    identities: DEMO_IDENTITIES,
    onFirstTransaction: () => say('the first organisation is registered on the ledger'),
  });
  say('the services run');
  return { network, careledger };
}

export const logFolder = (dir: string): string => join(dir, 'logs');
