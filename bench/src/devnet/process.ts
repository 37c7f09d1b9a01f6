import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Child, EMBEDDED_NETWORK_ID } from '@careledger/supervisor';
import { WORKSPACE } from '../run/folder.js';

/** Module of the smallest chaincode that writes. */
export const PUT_CHAINCODE = fileURLToPath(new URL('put-chaincode.js', import.meta.url));
const PROGRAM = join(WORKSPACE, 'network/devnet/bin/careledger-devnet.js');

/** All that were made: they go with this process. */
const children: Child[] = [];
process.once('exit', () => {
  for (const { pid } of children) if (pid !== undefined) process.kill(pid);
});

/** A channel as the devnet's configuration file has it. */
export interface ChannelConfig {
  readonly organizations: readonly string[];
  readonly members?: readonly string[];
  readonly chaincodes: Readonly<Record<string, { readonly source: string; readonly policy?: string }>>;
}

/** What of the network's settings is not its default. */
export interface DevnetSettings {
  /** How long an orderer waits for a block to fill. */
  readonly batchTimeoutMs?: number;
}

/** An embedded network in a process of its own, on the files of `dir`; not started yet. */
export function devnetProcess(
  dir: string,
  channels: Readonly<Record<string, ChannelConfig>>,
  settings: DevnetSettings = {},
): Child {
  mkdirSync(dir, { recursive: true });
  const config = join(dir, 'devnet.json');
  writeFileSync(config, JSON.stringify({ dir, logLevel: 'error', channels, ...settings }));
  const child = new Child({
    name: 'devnet',
    program: [PROGRAM, 'start', '--config', config],
    env: { CARELEDGER_NETWORK_ID: EMBEDDED_NETWORK_ID },
    logFile: join(dir, 'devnet.log'),
  });
  children.push(child);
  return child;
}
