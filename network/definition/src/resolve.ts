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
  readonly channels: readonly ChannelPlan[];
  readonly chaincodes: NetworkDefinition['chaincodes'];
}

export interface PlanOptions {
  readonly profile: ProfileName;
  readonly runner: RunnerName;
  /** Organisations that joined after the start, by MSP ID. */
  readonly joined?: readonly string[];
  /** Versions of chaincodes that were upgraded since, by name. */
  readonly chaincodeVersions?: Readonly<Record<string, string>>;
}

/** Which nodes, channels and addresses there are when `profile` runs on `runner`. */
export function planNetwork(definition: NetworkDefinition, options: PlanOptions): NetworkPlan {
  const profile = definition.profiles[options.profile];
  if (!profile) throw new DefinitionError('UNKNOWN_PROFILE', [`there is no profile ${options.profile}`]);
  const addresses = definition.runners[options.runner];
  const taking = new Set([...profile.organizations, ...(options.joined ?? [])]);
  const organizations = definition.organizations.filter((o) => taking.has(o.mspId));
  const unknown = [...taking].filter((mspId) => !organizations.some((o) => o.mspId === mspId));
  if (unknown.length > 0) {
    throw new DefinitionError('UNKNOWN_ORGANIZATION', [`${unknown.join(', ')}: not in the definition`]);
  }

  const channels = Object.entries(definition.channels).map(([name, channel]): ChannelPlan => {
    const withPeers = channel.organizations.filter((mspId) => taking.has(mspId));
    return {
      name,
      organizations: withPeers,
      members: channel.members.filter((mspId) => taking.has(mspId)),
      ruleKind: channel.endorsement.rule,
      endorsement: endorsementRule(channel.endorsement, withPeers),
      chaincodes: definition.chaincodes.filter((c) => c.channels.includes(name)).map((c) => c.name),
    };
  });

  const nodeAddress = <T>(map: Record<string, T>, id: string): T => {
    const address = map[id];
    if (!address)
      throw new DefinitionError('DEFINITION_INCONSISTENT', [`${id} has no ${options.runner} address`]);
    return address;
  };

  const hosts = organizations.map((o): ChaincodeHostNode => ({
    id: `chaincode-${o.name}`,
    mspId: o.mspId,
    ...nodeAddress(addresses.chaincodeHosts, o.mspId),
    serves: [o.mspId],
  }));
  const [firstHost] = hosts;
  const chaincodeHosts =
    profile.chaincodeHosts === 'shared' && firstHost
      ? [{ ...firstHost, serves: organizations.map((o) => o.mspId) }]
      : hosts;

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
        ...nodeAddress(addresses.orderers, o.id),
      })),
    peers: definition.peers
      .filter((p) => taking.has(p.organization))
      .map((p) => ({
        id: p.id,
        mspId: p.organization,
        ...nodeAddress(addresses.peers, p.id),
        channels: channels.filter((c) => c.organizations.includes(p.organization)).map((c) => c.name),
        chaincodeHost: chaincodeHosts.find((h) => h.serves.includes(p.organization))?.id ?? '',
      })),
    chaincodeHosts,
    channels,
    chaincodes: definition.chaincodes.map((chaincode) => ({
      ...chaincode,
      version: options.chaincodeVersions?.[chaincode.name] ?? chaincode.version,
    })),
  };
}
