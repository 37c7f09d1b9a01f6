import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startDevnet } from '@careledger/devnet';
import { embeddedNetwork, loadNetworkDefinition } from '@careledger/network-definition';
import { OTHER_PROBE, PeerNetwork, PROBE } from './peer-network.js';

const moduleOf = (file: string): string => `module:${fileURLToPath(new URL(file, import.meta.url))}`;
const SOURCES: Readonly<Record<string, string>> = {
  [PROBE]: moduleOf('./probe/probe.js'),
  [OTHER_PROBE]: moduleOf('./probe/second-probe.js'),
};

/** The small profile as an embedded network, with the probe in the place of both chaincodes. */
export async function startEmbedded(): Promise<PeerNetwork> {
  await using stack = new AsyncDisposableStack();
  const dir = await mkdtemp(join(tmpdir(), 'careledger-peer-'));
  stack.defer(() => rm(dir, { recursive: true, force: true }));
  const { channels } = embeddedNetwork(loadNetworkDefinition(), 'small');
  const withProbe = Object.entries(channels).map(([name, { organizations, members, policies }]) => {
    const { outOf, of } = policies.endorsement;
    const policy = `OutOf(${outOf}, ${of.map((mspId) => `'${mspId}.peer'`).join(', ')})`;
    const chaincodes = Object.entries(SOURCES).map(([each, source]) => [each, { source, policy }] as const);
    return [name, { organizations, members, chaincodes: Object.fromEntries(chaincodes) }] as const;
  });
  stack.use(await startDevnet({ dir, channels: Object.fromEntries(withProbe), logLevel: 'error' }));
  return new PeerNetwork(dir, stack.move());
}
