import type { BatchSettings, NetworkDefinition } from '@careledger/network-definition';
import { orderer, type common } from '@hyperledger/fabric-protos';
import { NetworkAdminError } from '../errors.js';
import { governedPolicies, type ApplicationMember, type ChannelRule } from './application-group.js';
import { configPolicy, setValue } from './config-group.js';
import type { ConfigEdit } from './config-update.js';
import { applicationOrganization, mspConfig, type OrganizationTrust } from './organization-group.js';
import { batchSize, setConsenters, type Consenter } from './orderer-group.js';

/** Lets an organisation in; `rule` is the channel's rule with it counted. */
export function addOrganization(member: ApplicationMember, rule: ChannelRule): ConfigEdit {
  return (channel) => {
    const application = subGroup(channel, 'Application');
    if (!application.getGroupsMap().has(member.mspId)) {
      application.getGroupsMap().set(member.mspId, applicationOrganization(member, member.anchorPeers));
    }
    setRule(application, rule);
  };
}

/** Shuts an organisation out; `rule` is the channel's rule without it. Its chaincode approvals lose their effect. */
export function removeOrganization(mspId: string, rule: ChannelRule): ConfigEdit {
  return (channel) => {
    const application = subGroup(channel, 'Application');
    application.getGroupsMap().del(mspId);
    setRule(application, rule);
  };
}

/** Changes how many transactions, and how long, a block waits for. */
export function changeBatch(batch: BatchSettings, bftIntervalMs: number): ConfigEdit {
  return (channel) => {
    const group = subGroup(channel, 'Orderer');
    const timeout = new orderer.BatchTimeout();
    timeout.setTimeout(`${batch.timeoutMs}ms`);
    setValue(group, 'BatchTimeout', timeout);
    setValue(group, 'BatchSize', batchSize(batch));
    const type = consensusType(group);
    if (type.getType() !== 'BFT') return;
    const options = orderer.smartbft.Options.deserializeBinary(type.getMetadata_asU8());
    options.setRequestBatchMaxInterval(`${bftIntervalMs}ms`);
    type.setMetadata(options.serializeBinary());
    setValue(group, 'ConsensusType', type);
  };
}

/** Makes the channel expect these certificates of its orderers, and with BFT, accept blocks signed with them. */
export function replaceConsenters(
  consensus: 'etcdraft' | 'BFT',
  settings: NetworkDefinition['ordering'],
  consenters: readonly Consenter[],
): ConfigEdit {
  return (channel) => {
    setConsenters(subGroup(channel, 'Orderer'), consensus, settings, consenters);
  };
}

/**
 * Renews what the channel knows of an organisation: its authorities and its revocation list. Application and Orderer
 * groups change together, for Fabric refuses two versions of one MSP.
 */
export function updateTrust(trust: OrganizationTrust): ConfigEdit {
  return (channel) => {
    for (const name of ['Application', 'Orderer']) {
      const group = subGroup(channel, name).getGroupsMap().get(trust.mspId);
      if (group) setValue(group, 'MSP', mspConfig(trust));
    }
  };
}

function setRule(application: common.ConfigGroup, rule: ChannelRule): void {
  for (const [name, policy] of Object.entries(governedPolicies(rule))) {
    application.getPoliciesMap().set(name, configPolicy(policy));
  }
}

function consensusType(group: common.ConfigGroup): orderer.ConsensusType {
  const value = group.getValuesMap().get('ConsensusType');
  if (!value) throw new NetworkAdminError('CONFIG_UPDATE_UNREADABLE', 'the channel names no consensus');
  return orderer.ConsensusType.deserializeBinary(value.getValue_asU8());
}

function subGroup(channel: common.ConfigGroup, name: string): common.ConfigGroup {
  const group = channel.getGroupsMap().get(name);
  if (!group) throw new NetworkAdminError('CONFIG_UPDATE_UNREADABLE', `the channel has no group ${name}`);
  return group;
}
