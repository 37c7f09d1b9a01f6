import type { BatchSettings, NetworkDefinition } from '@careledger/network-definition';
import { common, orderer } from '@hyperledger/fabric-protos';
import { capabilities, configGroup, setValue, configPolicy } from './config-group.js';
import { ordererOrganization, type Endpoint, type OrganizationTrust } from './organization-group.js';
import { identityPrincipal, outOfPolicy } from './signature-policy.js';

/** An orderer that takes part in consensus; certificates are PEM. */
export interface Consenter extends Endpoint {
  readonly id: number;
  readonly mspId: string;
  /** Signs blocks (BFT). */
  readonly identityCert: string;
  /** Serves and calls other orderers. */
  readonly tlsCert: string;
}

export interface OrdererGroupSpec {
  readonly consensus: 'etcdraft' | 'BFT';
  readonly settings: NetworkDefinition['ordering'];
  readonly consenters: readonly Consenter[];
  readonly organizations: readonly OrganizationTrust[];
}

export function ordererGroup(spec: OrdererGroupSpec): common.ConfigGroup {
  const { consensus, consenters, settings } = spec;
  const batchTimeout = new orderer.BatchTimeout();
  batchTimeout.setTimeout(`${settings.batch.timeoutMs}ms`);

  const group = configGroup({
    policies: {
      Readers: { rule: 'ANY', subPolicy: 'Readers' },
      Writers: { rule: 'ANY', subPolicy: 'Writers' },
      Admins: { rule: 'MAJORITY', subPolicy: 'Admins' },
      BlockValidation: { rule: 'ANY', subPolicy: 'Writers' },
    },
    values: {
      BatchSize: batchSize(settings.batch),
      BatchTimeout: batchTimeout,
      ChannelRestrictions: new orderer.ChannelRestrictions(),
      Capabilities: capabilities('V2_0'),
    },
    groups: Object.fromEntries(
      spec.organizations.map((trust) => [
        trust.mspId,
        ordererOrganization(
          trust,
          consenters.filter((consenter) => consenter.mspId === trust.mspId),
        ),
      ]),
    ),
  });
  setConsenters(group, consensus, settings, consenters);
  return group;
}

export function batchSize(batch: BatchSettings): orderer.BatchSize {
  const size = new orderer.BatchSize();
  size.setMaxMessageCount(batch.maxMessageCount);
  size.setAbsoluteMaxBytes(batch.absoluteMaxBytes);
  size.setPreferredMaxBytes(batch.preferredMaxBytes);
  return size;
}

/** Writes who orders and how, and with BFT, whose signatures make a block valid. */
export function setConsenters(
  group: common.ConfigGroup,
  consensus: 'etcdraft' | 'BFT',
  settings: NetworkDefinition['ordering'],
  consenters: readonly Consenter[],
): void {
  const type = new orderer.ConsensusType();
  type.setType(consensus);
  if (consensus === 'etcdraft') {
    type.setMetadata(raftMetadata(settings, consenters).serializeBinary());
  } else {
    type.setMetadata(bftOptions(settings).serializeBinary());
    setValue(group, 'Orderers', bftConsenters(consenters));
    group.getPoliciesMap().set('BlockValidation', configPolicy({ signature: bftBlockPolicy(consenters) }));
  }
  setValue(group, 'ConsensusType', type);
}

function raftMetadata(
  { etcdraft }: NetworkDefinition['ordering'],
  consenters: readonly Consenter[],
): orderer.etcdraft.ConfigMetadata {
  const options = new orderer.etcdraft.Options();
  options.setTickInterval(`${etcdraft.tickIntervalMs}ms`);
  options.setElectionTick(etcdraft.electionTick);
  options.setHeartbeatTick(etcdraft.heartbeatTick);
  options.setMaxInflightBlocks(etcdraft.maxInflightBlocks);
  options.setSnapshotIntervalSize(etcdraft.snapshotIntervalBytes);
  const metadata = new orderer.etcdraft.ConfigMetadata();
  metadata.setOptions(options);
  metadata.setConsentersList(
    consenters.map((node) => {
      const consenter = new orderer.etcdraft.Consenter();
      consenter.setHost(node.host);
      consenter.setPort(node.port);
      consenter.setClientTlsCert(Buffer.from(node.tlsCert));
      consenter.setServerTlsCert(Buffer.from(node.tlsCert));
      return consenter;
    }),
  );
  return metadata;
}

/** Messages and requests that a BFT node keeps waiting. */
const BFT_INCOMING_MESSAGES = 200;
const BFT_REQUEST_POOL = 100_000;

/** Batch count and bytes are those of BatchSize; Fabric overrides what stands here. */
function bftOptions({ bft, batch }: NetworkDefinition['ordering']): orderer.smartbft.Options {
  const options = new orderer.smartbft.Options();
  options.setRequestBatchMaxCount(batch.maxMessageCount);
  options.setRequestBatchMaxBytes(batch.absoluteMaxBytes);
  options.setRequestMaxBytes(batch.absoluteMaxBytes);
  options.setRequestBatchMaxInterval(`${bft.requestBatchMaxIntervalMs}ms`);
  options.setIncomingMessageBufferSize(BFT_INCOMING_MESSAGES);
  options.setRequestPoolSize(BFT_REQUEST_POOL);
  options.setRequestForwardTimeout(`${bft.requestForwardTimeoutMs}ms`);
  options.setRequestComplainTimeout(`${bft.requestComplainTimeoutMs}ms`);
  options.setRequestAutoRemoveTimeout(`${bft.requestAutoRemoveTimeoutMs}ms`);
  options.setViewChangeResendInterval(`${bft.viewChangeResendIntervalMs}ms`);
  options.setViewChangeTimeout(`${bft.viewChangeTimeoutMs}ms`);
  options.setLeaderHeartbeatTimeout(`${bft.leaderHeartbeatTimeoutMs}ms`);
  options.setLeaderHeartbeatCount(bft.leaderHeartbeatCount);
  options.setCollectTimeout(`${bft.collectTimeoutMs}ms`);
  // An orderer that comes back fetches what it missed; otherwise it stays behind until it is needed.
  options.setSyncOnStart(true);
  options.setLeaderRotation(orderer.smartbft.Options.Rotation.ROTATION_OFF);
  return options;
}

function bftConsenters(consenters: readonly Consenter[]): common.Orderers {
  const value = new common.Orderers();
  value.setConsenterMappingList(
    consenters.map((node) => {
      const consenter = new common.Consenter();
      consenter.setId(node.id);
      consenter.setHost(node.host);
      consenter.setPort(node.port);
      consenter.setMspId(node.mspId);
      consenter.setIdentity(Buffer.from(node.identityCert));
      consenter.setClientTlsCert(Buffer.from(node.tlsCert));
      consenter.setServerTlsCert(Buffer.from(node.tlsCert));
      return consenter;
    }),
  );
  return value;
}

/** With n nodes of which f may be faulty, any two quorums of ⌈(n + f + 1) / 2⌉ share an honest node. */
function bftQuorum(nodes: number): number {
  const faulty = Math.floor((nodes - 1) / 3);
  return Math.ceil((nodes + faulty + 1) / 2);
}

function bftBlockPolicy(consenters: readonly Consenter[]): common.SignaturePolicyEnvelope {
  return outOfPolicy(
    bftQuorum(consenters.length),
    consenters.map((node) => identityPrincipal(node.mspId, node.identityCert)),
  );
}
