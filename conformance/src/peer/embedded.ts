import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startDevnet, type Devnet, type DevnetOptions } from '@careledger/devnet';
import { embeddedNetwork, type NetworkDefinition } from '@careledger/network-definition';
import { peerDefinition } from './definition.js';
import { OTHER_PROBE, PeerNetwork, PROBE, type PeerRunner } from './peer-network.js';

const moduleOf = (file: string): string => `module:${fileURLToPath(new URL(file, import.meta.url))}`;
const SOURCES: Readonly<Record<string, string>> = {
  [PROBE]: moduleOf('./probe/probe.js'),
  [OTHER_PROBE]: moduleOf('./probe/second-probe.js'),
};

/** An embedded network; another definition takes a new start of it. */
class EmbeddedRunner implements PeerRunner {
  private constructor(
    readonly dir: string,
    private devnet: Devnet,
  ) {}

  static async start(dir: string, definition: NetworkDefinition): Promise<EmbeddedRunner> {
    return new EmbeddedRunner(dir, await startDevnet(optionsOf(dir, definition)));
  }

  async redefine(definition: NetworkDefinition): Promise<void> {
    await this.devnet.close();
    this.devnet = await startDevnet(optionsOf(this.dir, definition));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.devnet.close();
    await rm(this.dir, { recursive: true, force: true });
  }
}

/** The small profile as an embedded network, with the probe in the place of both chaincodes. */
export async function startEmbedded(): Promise<PeerNetwork> {
  const dir = await mkdtemp(join(tmpdir(), 'careledger-peer-'));
  try {
    return new PeerNetwork(await EmbeddedRunner.start(dir, peerDefinition()));
  } catch (error) {
    await rm(dir, { recursive: true, force: true });
    throw error;
  }
}

function optionsOf(dir: string, definition: NetworkDefinition): DevnetOptions {
  const network = embeddedNetwork(definition, 'small');
  const channels = Object.entries(network.channels).map(([name, channel]) => {
    const { organizations, members, collections } = channel;
    const { outOf, of } = channel.policies.endorsement;
    const policy = `OutOf(${outOf}, ${of.map((mspId) => `'${mspId}.peer'`).join(', ')})`;
    const chaincodes = Object.entries(SOURCES).map(([each, source]) => {
      return [each, { source, policy, collections: collections[each] ?? [] }] as const;
    });
    return [name, { organizations, members, chaincodes: Object.fromEntries(chaincodes) }] as const;
  });
  return {
    dir,
    channels: Object.fromEntries(channels),
    peerNames: network.peerNames,
    logLevel: 'error',
  };
}
