import { RECOVERY_ROLES } from '@careledger/domain';
import { Type, type Static } from 'typebox';

const closed = { additionalProperties: false } as const;

const MspId = Type.String({ pattern: '^[A-Za-z0-9.-]+$', maxLength: 64 });
/** A DNS label: node names are container names, certificate names and folder names. */
const Name = Type.String({ pattern: '^[a-z][a-z0-9-]*$', maxLength: 40 });
const Domain = Type.String({ pattern: '^[a-z0-9.-]+$', maxLength: 120 });
const Host = Type.String({ pattern: '^[A-Za-z0-9.-]+$', maxLength: 120 });
const Port = Type.Integer({ minimum: 1, maximum: 65535 });
const Milliseconds = Type.Integer({ minimum: 1, maximum: 86_400_000 });
const Count = Type.Integer({ minimum: 1 });

/** Fabric's rule for channel names. */
const ChannelName = '^[a-z][a-z0-9.-]{0,248}$';
/** Part of a chaincode's label and package ID. */
const Version = Type.String({ pattern: '^[A-Za-z0-9.+-]+$', maxLength: 40 });
/** A Go template field: `{{.accessControl}}`. */
const AddressField = Type.String({ pattern: '^[a-z][A-Za-z0-9]*$', maxLength: 40 });

const Endorsement = Type.Union([
  Type.Object({ rule: Type.Literal('majority') }, closed),
  Type.Object({ rule: Type.Literal('outOf'), count: Count }, closed),
]);

/**
 * Fabric CA servers instead of authorities of our own. Everything that needs a certificate is registered there
 * beforehand; its enrolment secret stands in the secrets file, JSON of enrolment ID → secret.
 */
const FabricCa = Type.Object(
  {
    /** Base URL of the server: `https://ca.example:7054`. */
    url: Type.String({ pattern: '^https://' }),
    /** Which of the server's authorities issues identities, and which TLS certificates; its default one unless said. */
    caName: Type.Optional(Type.String()),
    tlsCaName: Type.Optional(Type.String()),
    /** PEM file of the authority that issued the server's own certificate; relative to the definition. */
    tlsRootFile: Type.Optional(Type.String()),
    secretsFile: Type.String(),
  },
  closed,
);

const Organization = Type.Object(
  {
    mspId: MspId,
    name: Name,
    domain: Domain,
    /** What it vouches for where a patient's consent key is replaced without it. */
    recovery: Type.Optional(Type.Enum([...RECOVERY_ROLES])),
    fabricCa: Type.Optional(FabricCa),
  },
  closed,
);

const OrdererAddress = Type.Object({ host: Host, port: Port, adminPort: Port, operationsPort: Port }, closed);
const PeerAddress = Type.Object({ host: Host, port: Port, operationsPort: Port }, closed);
const ChaincodeHostAddress = Type.Object(
  { host: Host, ports: Type.Record(Type.String({ pattern: '^[a-z][A-Za-z0-9]*$' }), Port) },
  closed,
);

const ServiceAddress = Type.Object(
  {
    host: Host,
    port: Port,
    /** Of a gateway with a broker of its own; absent where the broker runs elsewhere. */
    mqttPort: Type.Optional(Port),
  },
  closed,
);

const IdentityAddress = Type.Object({ host: Host, port: Port }, closed);

const RunnerAddresses = Type.Object(
  {
    orderers: Type.Record(Type.String(), OrdererAddress),
    peers: Type.Record(Type.String(), PeerAddress),
    chaincodeHosts: Type.Record(Type.String(), ChaincodeHostAddress),
    services: Type.Record(Type.String(), ServiceAddress),
    /**
     * OpenID providers of organisations that have none of their own. People’s browsers and services reach each by one
     * address.
     */
    identities: Type.Optional(Type.Record(Type.String(), IdentityAddress)),
  },
  closed,
);

const BatchSettings = Type.Object(
  { timeoutMs: Milliseconds, maxMessageCount: Count, absoluteMaxBytes: Count, preferredMaxBytes: Count },
  closed,
);

/** Fabric's rule for names of collections; a leading underscore is for the implicit ones. */
const CollectionName = Type.String({ pattern: '^[A-Za-z0-9-][A-Za-z0-9_-]*$', maxLength: 64 });
const PeerCount = Type.Integer({ minimum: 0, maximum: 1_000 });

/** A private data collection of a chaincode on one channel (Fabric docs, "Private Data", collection definition). */
const Collection = Type.Object(
  {
    name: CollectionName,
    channel: Type.String(),
    /** Whose peers keep the data; all others have its hashes. */
    members: Type.Array(MspId, { minItems: 1 }),
    /** Peers of other members that must have the data before an endorsement is given; 0 unless said. */
    requiredPeerCount: Type.Optional(PeerCount),
    /** Peers that the endorsing one sends the data to, 1 unless said; others fetch it when the block comes. */
    maxPeerCount: Type.Optional(PeerCount),
    /** Blocks after which the data is removed; 0, unless said, keeps it. It cannot be changed later. */
    blockToLive: Type.Optional(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })),
    /** Whether clients of organisations that are no members are refused; not unless said. */
    memberOnlyRead: Type.Optional(Type.Boolean()),
    memberOnlyWrite: Type.Optional(Type.Boolean()),
    /** Who has to endorse writes, instead of the channel's rule: `outOf` peers of these organisations. */
    endorsement: Type.Optional(Type.Object({ outOf: Count, of: Type.Array(MspId, { minItems: 1 }) }, closed)),
  },
  closed,
);

const Profile = Type.Object(
  {
    consensus: Type.Union([Type.Literal('etcdraft'), Type.Literal('BFT')]),
    orderers: Type.Array(Name, { minItems: 1 }),
    organizations: Type.Array(MspId, { minItems: 1 }),
    chaincodeHosts: Type.Union([Type.Literal('shared'), Type.Literal('perOrganization')]),
  },
  closed,
);

/** `network/careledger.network.yaml`. Durations in ms, sizes in bytes. */
export const NetworkDefinitionSchema = Type.Object(
  {
    network: Name,
    transactionTimeWindowMs: Milliseconds,
    organizations: Type.Array(Organization, { minItems: 1 }),
    orderers: Type.Array(
      Type.Object(
        { id: Name, organization: MspId, consenterId: Type.Integer({ minimum: 1, maximum: 65535 }) },
        closed,
      ),
      { minItems: 1 },
    ),
    peers: Type.Array(Type.Object({ id: Name, organization: MspId }, closed), { minItems: 1 }),
    channels: Type.Record(
      Type.String({ pattern: ChannelName }),
      Type.Object(
        {
          organizations: Type.Array(MspId, { minItems: 1 }),
          members: Type.Array(MspId),
          endorsement: Endorsement,
        },
        closed,
      ),
    ),
    chaincodes: Type.Array(
      Type.Object(
        {
          name: Name,
          version: Version,
          address: AddressField,
          channels: Type.Array(Type.String(), { minItems: 1 }),
          collections: Type.Optional(Type.Array(Collection)),
        },
        closed,
      ),
      { minItems: 1 },
    ),
    ordering: Type.Object(
      {
        batch: BatchSettings,
        etcdraft: Type.Object(
          {
            tickIntervalMs: Milliseconds,
            electionTick: Count,
            heartbeatTick: Count,
            maxInflightBlocks: Count,
            snapshotIntervalBytes: Count,
          },
          closed,
        ),
        bft: Type.Object(
          {
            requestBatchMaxIntervalMs: Milliseconds,
            leaderHeartbeatTimeoutMs: Milliseconds,
            leaderHeartbeatCount: Count,
            requestForwardTimeoutMs: Milliseconds,
            requestComplainTimeoutMs: Milliseconds,
            requestAutoRemoveTimeoutMs: Milliseconds,
            viewChangeResendIntervalMs: Milliseconds,
            viewChangeTimeoutMs: Milliseconds,
            collectTimeoutMs: Milliseconds,
          },
          closed,
        ),
      },
      closed,
    ),
    profiles: Type.Object({ full: Profile, small: Profile }, closed),
    runners: Type.Object({ native: RunnerAddresses, compose: RunnerAddresses }, closed),
  },
  closed,
);

export type NetworkDefinition = Static<typeof NetworkDefinitionSchema>;
export type ProfileName = keyof NetworkDefinition['profiles'];
export type RunnerName = keyof NetworkDefinition['runners'];
export type Consensus = NetworkDefinition['profiles']['full']['consensus'];
export type BatchSettings = Static<typeof BatchSettings>;
export type OrganizationDefinition = NetworkDefinition['organizations'][number];
export type FabricCaSettings = Static<typeof FabricCa>;
