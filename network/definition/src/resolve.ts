import { collectionPlans, type CollectionPlan } from './collections.js';
import { DefinitionError } from './errors.js';
import { endorsementRule, type EndorsementRule } from './policy.js';
import type {
  Consensus,
  NetworkDefinition,
  OrganizationDefinition,
  ProfileName,
  RunnerName,
} from './schema.js';

export interface OrdererNode {
  readonly id: string;
  readonly mspId: string;
  readonly consenterId: number;
  readonly host: string;
  readonly port: number;
  readonly adminPort: number;
  readonly operationsPort: number;
}

export interface PeerNode {
  readonly id: string;
  readonly mspId: string;
  readonly host: string;
  readonly port: number;
  readonly operationsPort: number;
  /** Channels that this peer joins. */
  readonly channels: readonly string[];
  /** The {@link ChaincodeHostNode} that it calls. */
  readonly chaincodeHost: string;
}

/** A process with one shim server per chaincode. */
export interface ChaincodeHostNode {
  readonly id: string;
  /** Whose TLS CA issues its certificate. */
  readonly mspId: string;
  readonly host: string;
  /** Address field of a chaincode → port. */
  readonly ports: Readonly<Record<string, number>>;
  /** Organisations whose peers may connect. */
  readonly serves: readonly string[];
}

/** Where an organisation's service listens: the patients' gateway, a cloud provider's service or an authority's api. */
export interface ServiceAddress {
  readonly mspId: string;
  readonly host: string;
  /** HTTPS. */
  readonly port: number;
  /** MQTT, where a gateway has a broker of its own. */
  readonly mqttPort?: number;
}

/** The OpenID provider of an organisation that has none of its own: `identity/`. */
export interface IdentityNode {
  readonly id: string;
  readonly mspId: string;
  /** Name of its organisation in the definition. */
  readonly organization: string;
  readonly host: string;
  /** HTTPS; the same for people’s browsers and for services, for it is part of the issuer. */
  readonly port: number;
  /** What its tokens have in `iss`. */
  readonly url: string;
}

export interface ChannelPlan {
  readonly name: string;
  /** Members with peers. */
  readonly organizations: readonly string[];
  /** Members without peers. */
  readonly members: readonly string[];
  /** `majority` follows the membership by itself; `outOf` is written out and has to be changed with it. */
  readonly ruleKind: 'majority' | 'outOf';
  readonly endorsement: EndorsementRule;
  readonly chaincodes: readonly string[];
  /** Private data collections, by chaincode; those without any have an empty list. */
  readonly collections: Readonly<Record<string, readonly CollectionPlan[]>>;
}

/** A definition as one runner sees it, for the organisations that take part. */
export interface NetworkPlan {
  readonly network: string;
  readonly profile: ProfileName;
  readonly runner: RunnerName;
  readonly consensus: Consensus;
  readonly transactionTimeWindowMs: number;
  readonly ordering: NetworkDefinition['ordering'];
  readonly organizations: readonly OrganizationDefinition[];
  readonly orderers: readonly OrdererNode[];
  readonly peers: readonly PeerNode[];
  readonly chaincodeHosts: readonly ChaincodeHostNode[];
  readonly services: readonly ServiceAddress[];
  readonly identities: readonly IdentityNode[];
  readonly channels: readonly ChannelPlan[];
  readonly chaincodes: NetworkDefinition['chaincodes'];
}

export interface PlanOptions {
  readonly profile: ProfileName;
  readonly runner: RunnerName;
  /** Organisations that joined after the start, by MSP ID. */
  readonly joined?: readonly string[];
  /** Organisations that left after the start, by MSP ID. */
  readonly left?: readonly string[];
  /** Added to every port, so that a second network fits on the same machine. */
  readonly portOffset?: number;
  /** Versions of chaincodes that were upgraded since, by name. */
  readonly chaincodeVersions?: Readonly<Record<string, string>>;
}

/** Which nodes, channels and addresses there are when `profile` runs on `runner`. */
export function planNetwork(definition: NetworkDefinition, options: PlanOptions): NetworkPlan {
  const profile = definition.profiles[options.profile];
  if (!profile) throw new DefinitionError('UNKNOWN_PROFILE', [`there is no profile ${options.profile}`]);
  const organizations = participants(definition, profile.organizations, options);
  const taking = new Set(organizations.map((o) => o.mspId));
  const addresses = new Addresses(definition, options.runner, options.portOffset ?? 0);
  const channels = channelPlans(definition, taking);
  const chaincodeHosts = chaincodeHostNodes(profile, organizations, addresses);

  return {
    network: definition.network,
    profile: options.profile,
    runner: options.runner,
    consensus: profile.consensus,
    transactionTimeWindowMs: definition.transactionTimeWindowMs,
    ordering: definition.ordering,
    organizations,
    orderers: definition.orderers
      .filter((o) => profile.orderers.includes(o.id))
      .map((o) => ({
        id: o.id,
        mspId: o.organization,
        consenterId: o.consenterId,
        ...addresses.orderer(o.id),
      })),
    peers: definition.peers
      .filter((p) => taking.has(p.organization))
      .map((p) => ({
        id: p.id,
        mspId: p.organization,
        ...addresses.peer(p.id),
        channels: channels.filter((c) => c.organizations.includes(p.organization)).map((c) => c.name),
        chaincodeHost: chaincodeHosts.find((h) => h.serves.includes(p.organization))?.id ?? '',
      })),
    chaincodeHosts,
    services: organizations.map(({ mspId }) => ({ mspId, ...addresses.service(mspId) })),
    identities: organizations.flatMap(({ mspId, name }) => {
      const address = addresses.identity(mspId);
      if (address === undefined) return [];
      const { host, port } = address;
      return [
        { id: `identity-${name}`, mspId, organization: name, ...address, url: `https://${host}:${port}` },
      ];
    }),
    channels,
    chaincodes: definition.chaincodes.map((chaincode) => ({
      ...chaincode,
      version: options.chaincodeVersions?.[chaincode.name] ?? chaincode.version,
    })),
  };
}

function participants(
  definition: NetworkDefinition,
  initial: readonly string[],
  { joined = [], left = [] }: PlanOptions,
): OrganizationDefinition[] {
  const known = new Set(definition.organizations.map((o) => o.mspId));
  const unknown = [...joined, ...left].filter((mspId) => !known.has(mspId));
  if (unknown.length > 0) {
    throw new DefinitionError('UNKNOWN_ORGANIZATION', [`${unknown.join(', ')}: not in the definition`]);
  }
  const taking = new Set([...initial, ...joined]);
  for (const mspId of left) taking.delete(mspId);
  return definition.organizations.filter((o) => taking.has(o.mspId));
}

function channelPlans(definition: NetworkDefinition, taking: ReadonlySet<string>): ChannelPlan[] {
  return Object.entries(definition.channels).map(([name, channel]) => {
    const organizations = channel.organizations.filter((mspId) => taking.has(mspId));
    const chaincodes = definition.chaincodes.filter((chaincode) => chaincode.channels.includes(name));
    return {
      name,
      organizations,
      members: channel.members.filter((mspId) => taking.has(mspId)),
      ruleKind: channel.endorsement.rule,
      endorsement: endorsementRule(channel.endorsement, organizations),
      chaincodes: chaincodes.map((chaincode) => chaincode.name),
      collections: Object.fromEntries(
        chaincodes.map((chaincode) => [chaincode.name, collectionPlans(chaincode, name, taking)]),
      ),
    };
  });
}

/** One host per organisation, or one that those who were there from the start share; who joins brings its own. */
function chaincodeHostNodes(
  profile: NetworkDefinition['profiles']['full'],
  organizations: readonly OrganizationDefinition[],
  addresses: Addresses,
): ChaincodeHostNode[] {
  const hosts = organizations.map((o) => ({
    id: `chaincode-${o.name}`,
    mspId: o.mspId,
    ...addresses.chaincodeHost(o.mspId),
    serves: [o.mspId],
  }));
  const [first] = hosts;
  if (profile.chaincodeHosts === 'perOrganization' || !first) return hosts;
  const sharing = hosts.filter((host) => profile.organizations.includes(host.mspId));
  return [
    { ...first, serves: sharing.map((host) => host.mspId) },
    ...hosts.filter((host) => !sharing.includes(host)),
  ];
}

/** Addresses of one runner, with the offset added to every port. */
class Addresses {
  readonly #runner: NetworkDefinition['runners'][RunnerName];
  readonly #offset: number;

  constructor(definition: NetworkDefinition, runner: RunnerName, offset: number) {
    this.#runner = definition.runners[runner];
    this.#offset = offset;
  }

  orderer(id: string): { host: string; port: number; adminPort: number; operationsPort: number } {
    const { host, port, adminPort, operationsPort } = find(this.#runner.orderers, id);
    return {
      host,
      port: port + this.#offset,
      adminPort: adminPort + this.#offset,
      operationsPort: operationsPort + this.#offset,
    };
  }

  peer(id: string): { host: string; port: number; operationsPort: number } {
    const { host, port, operationsPort } = find(this.#runner.peers, id);
    return { host, port: port + this.#offset, operationsPort: operationsPort + this.#offset };
  }

  chaincodeHost(mspId: string): { host: string; ports: Record<string, number> } {
    const { host, ports } = find(this.#runner.chaincodeHosts, mspId);
    const shifted = Object.entries(ports).map(([field, port]): [string, number] => [
      field,
      port + this.#offset,
    ]);
    return { host, ports: Object.fromEntries(shifted) };
  }

  /** Undefined where the organisation has a provider of its own. */
  identity(mspId: string): { host: string; port: number } | undefined {
    const address = this.#runner.identities?.[mspId];
    return address && { host: address.host, port: address.port + this.#offset };
  }

  service(mspId: string): { host: string; port: number; mqttPort?: number } {
    const { host, port, mqttPort } = find(this.#runner.services, mspId);
    return {
      host,
      port: port + this.#offset,
      ...(mqttPort !== undefined && { mqttPort: mqttPort + this.#offset }),
    };
  }
}

function find<T>(addresses: Record<string, T>, id: string): T {
  const address = addresses[id];
  if (address) return address;
  throw new DefinitionError('DEFINITION_INCONSISTENT', [`${id} has no address`]);
}
