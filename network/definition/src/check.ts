import { findCollectionProblems } from './collections.js';
import type { NetworkDefinition, RunnerName } from './schema.js';

/** Everything in a definition that contradicts itself; empty when it is sound. */
export function findInconsistencies(definition: NetworkDefinition): string[] {
  return [
    ...findDuplicates(definition),
    ...findUnknownNames(definition),
    ...findMissingAddresses(definition),
    ...findPortClashes(definition, 'native'),
    ...findUnworkableProfiles(definition),
    ...findStrangersThatOrder(definition),
    ...findCollectionProblems(definition),
  ];
}

function findDuplicates(definition: NetworkDefinition): string[] {
  const lists: [string, string[]][] = [
    ['organizations', definition.organizations.map((o) => o.mspId)],
    ['organization names', definition.organizations.map((o) => o.name)],
    ['node names', [...definition.orderers, ...definition.peers].map((n) => n.id)],
    ['consenter numbers', definition.orderers.map((o) => String(o.consenterId))],
    ['chaincodes', definition.chaincodes.map((c) => c.name)],
    ['chaincode addresses', definition.chaincodes.map((c) => c.address)],
    ...Object.entries(definition.channels).map(([name, channel]): [string, string[]] => [
      `channels/${name}`,
      [...channel.organizations, ...channel.members],
    ]),
  ];
  return lists.flatMap(([location, values]) =>
    values
      .filter((value, i) => values.indexOf(value) !== i)
      .map((value) => `${location}: ${value} stands twice`),
  );
}

function findUnknownNames(definition: NetworkDefinition): string[] {
  const mspIds = new Set(definition.organizations.map((o) => o.mspId));
  const ordererIds = new Set(definition.orderers.map((o) => o.id));
  const uses: [string, string[]][] = [
    ...definition.orderers.map((o): [string, string[]] => [`orderers/${o.id}`, [o.organization]]),
    ...definition.peers.map((p): [string, string[]] => [`peers/${p.id}`, [p.organization]]),
    ...Object.entries(definition.channels).map(([name, c]): [string, string[]] => [
      `channels/${name}`,
      [...c.organizations, ...c.members],
    ]),
    ...Object.entries(definition.profiles).map(([name, p]): [string, string[]] => [
      `profiles/${name}`,
      p.organizations,
    ]),
    ...Object.entries(definition.runners).map(([name, { identities = {} }]): [string, string[]] => [
      `runners/${name}/identities`,
      Object.keys(identities),
    ]),
  ];
  const problems = uses.flatMap(([location, names]) =>
    names
      .filter((name) => !mspIds.has(name))
      .map((name) => `${location}: organisation ${name} is not defined`),
  );
  for (const [name, profile] of Object.entries(definition.profiles)) {
    for (const id of profile.orderers.filter((id) => !ordererIds.has(id))) {
      problems.push(`profiles/${name}: orderer ${id} is not defined`);
    }
  }
  for (const chaincode of definition.chaincodes) {
    for (const channel of chaincode.channels.filter((channel) => !(channel in definition.channels))) {
      problems.push(`chaincodes/${chaincode.name}: channel ${channel} is not defined`);
    }
  }
  return problems;
}

/**
 * Orderers see the blocks of every channel. And a peer that is on several takes an organisation's identity from any of them
 * that knows it, be it as one that only orders there, and then asks that channel's Readers (fabric
 * internal/peer/gossip/mcs.go): peers of an organisation that only orders are refused by chance.
 */
function findStrangersThatOrder({ channels, orderers }: NetworkDefinition): string[] {
  return Object.entries(channels).flatMap(([name, { organizations, members }]) =>
    orderers
      .filter(({ organization }) => ![...organizations, ...members].includes(organization))
      .map(({ id, organization }) => `orderers/${id}: ${organization} is not in channel ${name}`),
  );
}

function findMissingAddresses(definition: NetworkDefinition): string[] {
  const peerOwners = new Set(definition.peers.map((p) => p.organization));
  return Object.entries(definition.runners).flatMap(([runner, addresses]) => [
    ...definition.orderers
      .filter((o) => !addresses.orderers[o.id])
      .map((o) => `runners/${runner}/orderers: ${o.id} has no address`),
    ...definition.peers
      .filter((p) => !addresses.peers[p.id])
      .map((p) => `runners/${runner}/peers: ${p.id} has no address`),
    ...[...peerOwners].flatMap((mspId) =>
      definition.chaincodes
        .filter((c) => addresses.chaincodeHosts[mspId]?.ports[c.address] === undefined)
        .map((c) => `runners/${runner}/chaincodeHosts: ${mspId} has no port for ${c.address}`),
    ),
    ...definition.organizations
      .filter((o) => !addresses.services[o.mspId])
      .map((o) => `runners/${runner}/services: ${o.mspId} has no address`),
  ]);
}

function findPortClashes(definition: NetworkDefinition, runner: RunnerName): string[] {
  const { orderers, peers, chaincodeHosts, services, identities = {} } = definition.runners[runner];
  const taken = new Map<string, string>();
  const problems: string[] = [];
  const take = (owner: string, host: string, port: number): void => {
    const address = `${host}:${port}`;
    const other = taken.get(address);
    if (other) problems.push(`runners/${runner}: ${owner} and ${other} both listen on ${address}`);
    taken.set(address, owner);
  };
  for (const [id, a] of Object.entries(orderers)) {
    for (const port of [a.port, a.adminPort, a.operationsPort]) take(id, a.host, port);
  }
  for (const [id, a] of Object.entries(peers)) {
    for (const port of [a.port, a.operationsPort]) take(id, a.host, port);
  }
  for (const [id, a] of Object.entries(chaincodeHosts)) {
    for (const port of Object.values(a.ports)) take(`chaincode of ${id}`, a.host, port);
  }
  for (const [id, a] of Object.entries(services)) {
    for (const port of [a.port, ...(a.mqttPort === undefined ? [] : [a.mqttPort])])
      take(`service of ${id}`, a.host, port);
  }
  for (const [id, { host, port }] of Object.entries(identities)) take(`identity of ${id}`, host, port);
  return problems;
}

/** BFT bears f faults with 3f + 1 nodes, so fewer than four bear none. */
const MIN_BFT_ORDERERS = 4;

function findUnworkableProfiles(definition: NetworkDefinition): string[] {
  const problems: string[] = [];
  for (const [name, profile] of Object.entries(definition.profiles)) {
    if (profile.consensus === 'BFT' && profile.orderers.length < MIN_BFT_ORDERERS) {
      problems.push(`profiles/${name}: BFT needs at least ${MIN_BFT_ORDERERS} orderers`);
    }
    for (const id of profile.orderers) {
      const owner = definition.orderers.find((o) => o.id === id)?.organization;
      if (owner && !profile.organizations.includes(owner)) {
        problems.push(`profiles/${name}: ${id} belongs to ${owner}, which takes no part`);
      }
    }
    for (const [channelName, channel] of Object.entries(definition.channels)) {
      const endorsers = channel.organizations.filter((o) => profile.organizations.includes(o));
      const needed = channel.endorsement.rule === 'outOf' ? channel.endorsement.count : 1;
      if (endorsers.length < needed) {
        problems.push(
          `profiles/${name}: channel ${channelName} has ${endorsers.length} endorsers, needs ${needed}`,
        );
      }
      for (const mspId of endorsers) {
        if (!definition.peers.some((p) => p.organization === mspId)) {
          problems.push(`channels/${channelName}: ${mspId} endorses but has no peer`);
        }
      }
    }
  }
  return problems;
}
