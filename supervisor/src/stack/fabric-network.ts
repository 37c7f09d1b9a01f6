import { execFile } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { loadNetworkDefinition, planNetwork, PORT_OFFSETS } from '@careledger/network-definition';
import type { RunningNetwork } from './network.js';

const run = promisify(execFile);
const NATIVE = fileURLToPath(new URL('../../../network/runners/bin/careledger-native.js', import.meta.url));

/** A network on Fabric's own binaries (from PATH or FABRIC_BIN). */
export interface FabricNetwork extends RunningNetwork, AsyncDisposable {
  /** Names of its processes, e.g. `peer-patients`. */
  processes(): string[];
  /** kill -9 of one of its processes. */
  kill(name: string): void;
  /** Starts what died. */
  up(): Promise<void>;
  /** Ends its processes and deletes what it kept. */
  clean(): Promise<void>;
}

/**
 * Starts a profile and resolves when gateways endorse on both channels. `small`: one Raft orderer, four organisations;
 * `full`: four BFT orderers, all of them.
 * @param portOffset of PORT_OFFSETS, so that networks of other purposes can run beside it
 */
export async function startNativeNetwork(
  dir: string,
  profile: 'small' | 'full' = 'small',
  portOffset: number = PORT_OFFSETS.demo,
): Promise<FabricNetwork> {
  const native = (...args: string[]) => run(process.execPath, [NATIVE, '--dir', dir, ...args]);
  const up = async () => {
    await native('up', '--profile', profile, '--port-offset', String(portOffset));
  };
  const clean = async () => {
    await native('clean', '--yes');
  };
  try {
    await up();
  } catch (error) {
    await clean();
    throw error;
  }
  const pidFolder = join(dir, 'pids');
  const all = planNetwork(loadNetworkDefinition(), { profile, runner: 'native', portOffset });
  // The network runs without services: nobody signs in at a provider of its own.
  const plan = { ...all, identities: [] };
  return {
    plan,
    networkId: plan.network,
    connectionFile: join(dir, 'connection.json'),
    identity: (mspId, name) => ({
      certificateFile: join(dir, 'organizations', mspId, name, 'cert.pem'),
      privateKeyFile: join(dir, 'organizations', mspId, name, 'key.pem'),
    }),
    processes: () => readdirSync(pidFolder).map((file) => file.replace(/\.json$/, '')),
    kill: (name) => {
      const { pid } = JSON.parse(readFileSync(join(pidFolder, `${name}.json`), 'utf8')) as { pid: number };
      process.kill(pid, 'SIGKILL');
    },
    up,
    clean,
    [Symbol.asyncDispose]: clean,
  };
}
