import { createHash } from 'node:crypto';
import { common } from '@hyperledger/fabric-protos';
import { makeHeader } from '../fabric/headers.js';
import { applicationGroup, type ApplicationMember, type ChannelRule } from './application-group.js';
import { capabilities, configGroup } from './config-group.js';
import { ordererGroup, type OrdererGroupSpec } from './orderer-group.js';

export interface ChannelSpec {
  readonly name: string;
  readonly rule: ChannelRule;
  readonly members: readonly ApplicationMember[];
  readonly ordering: OrdererGroupSpec;
}

/** Width of Fabric's only data hash: all envelopes in one hash, not a tree. */
const DATA_HASH_WIDTH = 0xffffffff;

/** The whole configuration of a new channel, with the capabilities of Fabric 3.0. */
export function channelGroup(spec: ChannelSpec): common.ConfigGroup {
  const hashing = new common.HashingAlgorithm();
  hashing.setName('SHA256');
  const dataHashing = new common.BlockDataHashingStructure();
  dataHashing.setWidth(DATA_HASH_WIDTH);
  return configGroup({
    policies: {
      Readers: { rule: 'ANY', subPolicy: 'Readers' },
      Writers: { rule: 'ANY', subPolicy: 'Writers' },
      Admins: { rule: 'MAJORITY', subPolicy: 'Admins' },
    },
    values: {
      HashingAlgorithm: hashing,
      BlockDataHashingStructure: dataHashing,
      Capabilities: capabilities('V3_0'),
    },
    groups: {
      Orderer: ordererGroup(spec.ordering),
      Application: applicationGroup(spec.rule, spec.members),
    },
  });
}

/** The first block of a channel: its configuration, unsigned; nodes trust it because they are given it. */
export function genesisBlock(spec: ChannelSpec): Uint8Array {
  const config = new common.Config();
  config.setChannelGroup(channelGroup(spec));
  const configEnvelope = new common.ConfigEnvelope();
  configEnvelope.setConfig(config);

  const { header } = makeHeader({
    type: common.HeaderType.CONFIG,
    channel: spec.name,
    creator: new Uint8Array(),
  });
  const payload = new common.Payload();
  payload.setHeader(header);
  payload.setData(configEnvelope.serializeBinary());
  const envelope = new common.Envelope();
  envelope.setPayload(payload.serializeBinary());

  const data = new common.BlockData();
  const envelopeBytes = envelope.serializeBinary();
  data.setDataList([envelopeBytes]);
  const blockHeader = new common.BlockHeader();
  blockHeader.setNumber(0);
  blockHeader.setDataHash(createHash('sha256').update(envelopeBytes).digest());

  const block = new common.Block();
  block.setHeader(blockHeader);
  block.setData(data);
  block.setMetadata(genesisMetadata());
  return block.serializeBinary();
}

/** An entry for each of Fabric's metadata slots; two name block 0 as the last configuration. */
function genesisMetadata(): common.BlockMetadata {
  const lastConfig = new common.LastConfig();
  lastConfig.setIndex(0);
  const ordererMetadata = new common.OrdererBlockMetadata();
  ordererMetadata.setLastConfig(lastConfig);

  const slots: Uint8Array[] = Object.values(common.BlockMetadataIndex).map(() => new Uint8Array());
  slots[common.BlockMetadataIndex.LAST_CONFIG] = metadataValue(lastConfig.serializeBinary());
  slots[common.BlockMetadataIndex.SIGNATURES] = metadataValue(ordererMetadata.serializeBinary());
  const metadata = new common.BlockMetadata();
  metadata.setMetadataList(slots);
  return metadata;
}

function metadataValue(value: Uint8Array): Uint8Array {
  const metadata = new common.Metadata();
  metadata.setValue(value);
  return metadata.serializeBinary();
}
