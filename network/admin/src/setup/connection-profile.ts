import { readFile } from 'node:fs/promises';
import type { NetworkPlan } from '@careledger/network-definition';
import { writePublic } from '../identities/files.js';
import type { NetworkLayout } from '../layout.js';

export interface OrganizationConnection {
  /** `host:port` of a peer of the organisation that is on the channel. */
  readonly endpoint: string;
  /** PEM of the TLS authority. */
  readonly tlsRoot: string;
  /** Name that the peer's certificate is checked against. */
  readonly serverName: string;
}

/** What a client needs to reach a network; the same shape whatever runs it. */
export interface ConnectionProfile {
  readonly channels: Readonly<
    Record<string, { readonly organizations: Readonly<Record<string, OrganizationConnection>> }>
  >;
}

async function connectionProfile(plan: NetworkPlan, layout: NetworkLayout): Promise<ConnectionProfile> {
  const channels: [string, { organizations: Record<string, OrganizationConnection> }][] = [];
  for (const channel of plan.channels) {
    const organizations: Record<string, OrganizationConnection> = {};
    for (const node of plan.peers.filter((peer) => peer.channels.includes(channel.name))) {
      organizations[node.mspId] = {
        endpoint: `${node.host}:${node.port}`,
        tlsRoot: await readFile(layout.tlsCa(node.mspId).cert, 'utf8'),
        serverName: node.id,
      };
    }
    channels.push([channel.name, { organizations }]);
  }
  return { channels: Object.fromEntries(channels) };
}

export async function writeConnectionProfile(plan: NetworkPlan, layout: NetworkLayout): Promise<void> {
  await writePublic(
    layout.connection,
    `${JSON.stringify(await connectionProfile(plan, layout), undefined, 2)}\n`,
  );
}
