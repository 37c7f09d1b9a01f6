import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { loadNetworkDefinition } from '@careledger/network-definition';
import type { RunningNetwork } from './network.js';

const run = promisify(execFile);
const NATIVE = fileURLToPath(new URL('../../../network/runners/bin/careledger-native.js', import.meta.url));
/** Beside the ports of `make up-native`, so that both can run. */
const PORT_OFFSET = 700;

/** A network on Fabric's own binaries (from PATH or FABRIC_BIN): one Raft orderer, four organisations. */
export interface NativeNetwork extends RunningNetwork, AsyncDisposable {
  /** Ends its processes and deletes what it kept. */
  clean(): Promise<void>;
}

/** Starts the small profile and resolves when gateways endorse on both channels. */
export async function startNativeNetwork(dir: string): Promise<NativeNetwork> {
  const native = (...args: string[]) => run(process.execPath, [NATIVE, '--dir', dir, ...args]);
  const clean = async () => {
    await native('clean', '--yes');
  };
  try {
    await native('up', '--profile', 'small', '--port-offset', String(PORT_OFFSET));
  } catch (error) {
    await clean();
    throw error;
  }
  return {
    networkId: loadNetworkDefinition().network,
    connectionFile: join(dir, 'connection.json'),
    identity: (mspId, name) => ({
      certificateFile: join(dir, 'organizations', mspId, name, 'cert.pem'),
      privateKeyFile: join(dir, 'organizations', mspId, name, 'key.pem'),
    }),
    clean,
    [Symbol.asyncDispose]: clean,
  };
}
