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

const RunnerAddresses = Type.Object(
  {
    orderers: Type.Record(Type.String(), OrdererAddress),
    peers: Type.Record(Type.String(), PeerAddress),
    chaincodeHosts: Type.Record(Type.String(), ChaincodeHostAddress),
    services: Type.Record(Type.String(), ServiceAddress),
  },
  closed,
);

const BatchSettings = Type.Object(
  { timeoutMs: Milliseconds, maxMessageCount: Count, absoluteMaxBytes: Count, preferredMaxBytes: Count },
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
    organizations: Type.Array(Type.Object({ mspId: MspId, name: Name, domain: Domain }, closed), {
      minItems: 1,
    }),
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
export type EtcdRaftSettings = NetworkDefinition['ordering']['etcdraft'];
export type BftSettings = NetworkDefinition['ordering']['bft'];
export type OrganizationDefinition = NetworkDefinition['organizations'][number];
