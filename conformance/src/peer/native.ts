import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PORT_OFFSETS, type NetworkDefinition } from '@careledger/network-definition';
import { NativeNetwork } from '@careledger/network-runners';
import { stringify } from 'yaml';
import { peerDefinition } from './definition.js';
import { PeerNetwork, type PeerRunner } from './peer-network.js';

const HOST = fileURLToPath(new URL('./probe/host.js', import.meta.url));

/** Real Fabric; another definition is committed as the next sequence of each changed chaincode. */
class NativeRunner implements PeerRunner {
  readonly #definitionPath: string;
  readonly #network: NativeNetwork;

  constructor(readonly dir: string) {
    this.#definitionPath = join(dir, 'definition.yaml');
    this.#network = new NativeNetwork({
      root: dir,
      definitionPath: this.#definitionPath,
      chaincode: { command: process.execPath, args: [HOST] },
    });
  }

  async redefine(definition: NetworkDefinition): Promise<void> {
    await writeFile(this.#definitionPath, stringify(definition));
    await this.#network.up({ profile: 'small', portOffset: PORT_OFFSETS.peer });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#network.destroy();
  }
}

/** The small profile on real Fabric, with the probe in the place of both chaincodes. */
export async function startNative(): Promise<PeerNetwork> {
  const runner = new NativeRunner(await mkdtemp(join(tmpdir(), 'careledger-peer-')));
  try {
    await runner.redefine(peerDefinition());
    return new PeerNetwork(runner);
  } catch (error) {
    await runner[Symbol.asyncDispose]();
    throw error;
  }
}
