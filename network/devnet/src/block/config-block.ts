import { randomBytes } from 'node:crypto';
import { common, msp, orderer } from '@hyperledger/fabric-protos';
import { MAX_ENVELOPE_BYTES, PREFERRED_BLOCK_BYTES } from '../limits.js';
import { outOf, signedBy } from '../policy/policy.js';
import { timestampOf } from '../wire/timestamp.js';
import { transactionId } from '../wire/transaction-id.js';
import type { Block } from './block.js';
import { makeBlock } from './block.js';
import { Codes } from './codes.js';
import {
  configGroup,
  setCapability,
  setImplicitPolicy,
  setSignaturePolicy,
  setValue,
} from './config-group.js';

/** An organisation as the channel's configuration has it. */
export interface ConfigOrganisation {
  readonly mspId: string;
  /** PEM of its CA. */
  readonly caPem: string;
  readonly tlsCaPem: string;
}

/** What block 0 says about a channel. */
export interface ChannelConfiguration {
  readonly name: string;
  readonly organisations: readonly ConfigOrganisation[];
  readonly batchTimeoutMs: number;
  readonly maxMessages: number;
}

const NONCE_BYTES = 24;
const DATA_HASH_WIDTH = 0xffffffff;
/** MSP type of X.509 MSPs. */
const FABRIC_MSP = 0;
/** Honest about what orders here: no Fabric consenter has this name. */
const CONSENSUS_TYPE = 'devnet';

function nodeOu(ou: string, caPem: string): msp.FabricOUIdentifier {
  const identifier = new msp.FabricOUIdentifier();
  identifier.setCertificate(Buffer.from(caPem));
  identifier.setOrganizationalUnitIdentifier(ou);
  return identifier;
}

function mspConfig({ mspId, caPem, tlsCaPem }: ConfigOrganisation): msp.MSPConfig {
  const crypto = new msp.FabricCryptoConfig();
  crypto.setSignatureHashFamily('SHA2');
  crypto.setIdentityIdentifierHashFunction('SHA256');
  const nodeOus = new msp.FabricNodeOUs();
  nodeOus.setEnable(true);
  nodeOus.setClientOuIdentifier(nodeOu('client', caPem));
  nodeOus.setPeerOuIdentifier(nodeOu('peer', caPem));
  nodeOus.setAdminOuIdentifier(nodeOu('admin', caPem));
  nodeOus.setOrdererOuIdentifier(nodeOu('orderer', caPem));
  const fabric = new msp.FabricMSPConfig();
  fabric.setName(mspId);
  fabric.setRootCertsList([Buffer.from(caPem)]);
  fabric.setTlsRootCertsList([Buffer.from(tlsCaPem)]);
  fabric.setCryptoConfig(crypto);
  fabric.setFabricNodeOus(nodeOus);
  const config = new msp.MSPConfig();
  config.setType(FABRIC_MSP);
  config.setConfig(fabric.serializeBinary());
  return config;
}

function organisationGroup(organisation: ConfigOrganisation): common.ConfigGroup {
  const { mspId } = organisation;
  const group = configGroup();
  setValue(group, 'MSP', mspConfig(organisation));
  const any = (...roles: ('admin' | 'peer' | 'client')[]): ReturnType<typeof outOf> =>
    outOf(
      1,
      roles.map((role) => signedBy(mspId, role)),
    );
  setSignaturePolicy(group, 'Readers', any('admin', 'peer', 'client'));
  setSignaturePolicy(group, 'Writers', any('admin', 'client'));
  setSignaturePolicy(group, 'Admins', any('admin'));
  setSignaturePolicy(group, 'Endorsement', any('peer'));
  return group;
}

function applicationGroup(organisations: readonly ConfigOrganisation[]): common.ConfigGroup {
  const group = configGroup();
  for (const each of organisations) group.getGroupsMap().set(each.mspId, organisationGroup(each));
  setImplicitPolicy(group, 'Readers', 'ANY');
  setImplicitPolicy(group, 'Writers', 'ANY');
  setImplicitPolicy(group, 'Admins', 'MAJORITY');
  setImplicitPolicy(group, 'Endorsement', 'MAJORITY');
  setImplicitPolicy(group, 'LifecycleEndorsement', 'MAJORITY', 'Endorsement');
  setCapability(group, 'V2_0');
  return group;
}

function ordererGroup({ batchTimeoutMs, maxMessages }: ChannelConfiguration): common.ConfigGroup {
  const group = configGroup();
  const consensus = new orderer.ConsensusType();
  consensus.setType(CONSENSUS_TYPE);
  setValue(group, 'ConsensusType', consensus);
  const size = new orderer.BatchSize();
  size.setMaxMessageCount(maxMessages);
  size.setAbsoluteMaxBytes(MAX_ENVELOPE_BYTES);
  size.setPreferredMaxBytes(PREFERRED_BLOCK_BYTES);
  setValue(group, 'BatchSize', size);
  const timeout = new orderer.BatchTimeout();
  timeout.setTimeout(`${batchTimeoutMs}ms`);
  setValue(group, 'BatchTimeout', timeout);
  setImplicitPolicy(group, 'Readers', 'ANY');
  setImplicitPolicy(group, 'Writers', 'ANY');
  setImplicitPolicy(group, 'Admins', 'MAJORITY');
  setImplicitPolicy(group, 'BlockValidation', 'ANY', 'Writers');
  setCapability(group, 'V2_0');
  return group;
}

function channelGroup(configuration: ChannelConfiguration): common.ConfigGroup {
  const group = configGroup();
  const hashing = new common.HashingAlgorithm();
  hashing.setName('SHA256');
  setValue(group, 'HashingAlgorithm', hashing);
  const structure = new common.BlockDataHashingStructure();
  structure.setWidth(DATA_HASH_WIDTH);
  setValue(group, 'BlockDataHashingStructure', structure);
  group.getGroupsMap().set('Orderer', ordererGroup(configuration));
  group.getGroupsMap().set('Application', applicationGroup(configuration.organisations));
  setImplicitPolicy(group, 'Readers', 'ANY');
  setImplicitPolicy(group, 'Writers', 'ANY');
  setImplicitPolicy(group, 'Admins', 'MAJORITY');
  setCapability(group, 'V3_0');
  return group;
}

/** Block 0 of a channel: its configuration, as a Fabric genesis block holds it. */
export function genesisBlock(configuration: ChannelConfiguration): Block {
  const nonce = randomBytes(NONCE_BYTES);
  const signatureHeader = new common.SignatureHeader();
  signatureHeader.setNonce(nonce);
  const channelHeader = new common.ChannelHeader();
  channelHeader.setType(common.HeaderType.CONFIG);
  channelHeader.setChannelId(configuration.name);
  channelHeader.setTimestamp(timestampOf(Date.now()));
  channelHeader.setTxId(transactionId(nonce, Buffer.alloc(0)));
  const header = new common.Header();
  header.setChannelHeader(channelHeader.serializeBinary());
  header.setSignatureHeader(signatureHeader.serializeBinary());
  const config = new common.Config();
  config.setChannelGroup(channelGroup(configuration));
  const configEnvelope = new common.ConfigEnvelope();
  configEnvelope.setConfig(config);
  const payload = new common.Payload();
  payload.setHeader(header);
  payload.setData(configEnvelope.serializeBinary());
  const envelope = new common.Envelope();
  envelope.setPayload(payload.serializeBinary());
  return makeBlock(0, Buffer.alloc(0), [Buffer.from(envelope.serializeBinary())], [Codes.VALID]);
}

/** The ConfigEnvelope of a config block. */
export function configOf(block: Block): common.ConfigEnvelope {
  const envelope = common.Envelope.deserializeBinary(block.envelopes[0] ?? new Uint8Array());
  const payload = common.Payload.deserializeBinary(envelope.getPayload_asU8());
  return common.ConfigEnvelope.deserializeBinary(payload.getData_asU8());
}

/** The organisations of a config block, and the PEM of their CAs. */
export function organisationsIn(block: Block): Map<string, string> {
  const application = configOf(block).getConfig()?.getChannelGroup()?.getGroupsMap().get('Application');
  const organisations = new Map<string, string>();
  application?.getGroupsMap().forEach((group: common.ConfigGroup, mspId: string) => {
    const value = group.getValuesMap().get('MSP')?.getValue_asU8() ?? new Uint8Array();
    const config = msp.FabricMSPConfig.deserializeBinary(
      msp.MSPConfig.deserializeBinary(value).getConfig_asU8(),
    );
    const [root] = config.getRootCertsList_asU8();
    organisations.set(mspId, Buffer.from(root ?? new Uint8Array()).toString('utf8'));
  });
  return organisations;
}
