import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { loadNetworkDefinition } from '@careledger/network-definition';
import { common, msp, orderer } from '@hyperledger/fabric-protos';
import { genesisBlock, type ChannelSpec } from './genesis-block.js';

const { ordering } = loadNetworkDefinition();
const trust = (mspId: string): { mspId: string; caCert: string; tlsCaCert: string } => ({
  mspId,
  caCert: `ca of ${mspId}`,
  tlsCaCert: `tlsca of ${mspId}`,
});
const ORDERING = ['AMSP', 'BMSP', 'CMSP', 'DMSP'];

function spec(consensus: 'etcdraft' | 'BFT', rule: ChannelSpec['rule']): ChannelSpec {
  const owners = consensus === 'BFT' ? ORDERING : ORDERING.slice(0, 1);
  return {
    name: 'cloud',
    rule,
    members: [
      { ...trust('AMSP'), anchorPeers: [{ host: 'peer-a', port: 7051 }] },
      { ...trust('BMSP'), anchorPeers: [{ host: 'peer-b', port: 7051 }] },
      { ...trust('GuestMSP'), anchorPeers: [] },
    ],
    ordering: {
      consensus,
      settings: ordering,
      organizations: owners.map(trust),
      consenters: owners.map((mspId, index) => ({
        id: index + 1,
        mspId,
        host: `orderer-${mspId}`,
        port: 7050,
        identityCert: `identity of ${mspId}`,
        tlsCert: `tls of ${mspId}`,
      })),
    },
  };
}

const outOfTwo = { kind: 'outOf', endorsement: { outOf: 2, of: ['AMSP', 'BMSP'] } } as const;
const majority = { kind: 'majority', endorsement: { outOf: 2, of: ['AMSP', 'BMSP'] } } as const;

function decode(channel: ChannelSpec): { block: common.Block; group: common.ConfigGroup } {
  const block = common.Block.deserializeBinary(genesisBlock(channel));
  const [bytes] = block.getData()?.getDataList_asU8() ?? [];
  const envelope = common.Envelope.deserializeBinary(bytes ?? new Uint8Array());
  const payload = common.Payload.deserializeBinary(envelope.getPayload_asU8());
  const config = common.ConfigEnvelope.deserializeBinary(payload.getData_asU8()).getConfig();
  const group = config?.getChannelGroup();
  if (!group) throw new Error('the block has no configuration');
  return { block, group };
}

function sub(group: common.ConfigGroup, ...path: readonly string[]): common.ConfigGroup {
  return path.reduce((current, name) => {
    const next = current.getGroupsMap().get(name);
    if (!next) throw new Error(`no group ${name}`);
    return next;
  }, group);
}

const value = (group: common.ConfigGroup, name: string): Uint8Array =>
  group.getValuesMap().get(name)?.getValue_asU8() ?? new Uint8Array();

function signaturePolicy(group: common.ConfigGroup, name: string): { outOf: number; principals: string[] } {
  const policy = group.getPoliciesMap().get(name)?.getPolicy();
  expect(policy?.getType()).toBe(common.Policy.PolicyType.SIGNATURE);
  const envelope = common.SignaturePolicyEnvelope.deserializeBinary(
    policy?.getValue_asU8() ?? new Uint8Array(),
  );
  return {
    outOf: envelope.getRule()?.getNOutOf()?.getN() ?? 0,
    principals: envelope.getIdentitiesList().map((principal) => {
      if (principal.getPrincipalClassification() === msp.MSPPrincipal.Classification.IDENTITY) {
        const identity = msp.SerializedIdentity.deserializeBinary(principal.getPrincipal_asU8());
        return `${identity.getMspid()}: ${Buffer.from(identity.getIdBytes_asU8()).toString()}`;
      }
      const role = msp.MSPRole.deserializeBinary(principal.getPrincipal_asU8());
      const name = Object.entries(msp.MSPRole.MSPRoleType).find(
        ([, number]) => number === role.getRole(),
      )?.[0];
      return `${role.getMspIdentifier()}.${name ?? '?'}`;
    }),
  };
}

function capability(group: common.ConfigGroup): string[] {
  const names: string[] = [];
  common.Capabilities.deserializeBinary(value(group, 'Capabilities'))
    .getCapabilitiesMap()
    .forEach((_, name) => names.push(name));
  return names;
}

describe('a genesis block', () => {
  test('is block 0, and its header names the hash of its data', () => {
    const { block } = decode(spec('etcdraft', majority));
    expect(block.getHeader()?.getNumber()).toBe(0);
    const [data] = block.getData()?.getDataList_asU8() ?? [];
    const hash = createHash('sha256')
      .update(data ?? new Uint8Array())
      .digest();
    expect(Buffer.from(block.getHeader()?.getDataHash_asU8() ?? []).equals(hash)).toBe(true);
    expect(block.getMetadata()?.getMetadataList()).toHaveLength(5);
  });

  test('has the capabilities of Fabric 3.0, and orderer addresses per organisation only', () => {
    const { group } = decode(spec('BFT', majority));
    expect(capability(group)).toEqual(['V3_0']);
    expect(capability(sub(group, 'Orderer'))).toEqual(['V2_0']);
    expect(capability(sub(group, 'Application'))).toEqual(['V2_5']);
    expect(group.getValuesMap().has('OrdererAddresses')).toBe(false);
    const endpoints = common.OrdererAddresses.deserializeBinary(
      value(sub(group, 'Orderer', 'CMSP'), 'Endpoints'),
    );
    expect(endpoints.getAddressesList()).toEqual(['orderer-CMSP:7050']);
  });

  test('every element is changed by administrators, nothing by nobody or everybody', () => {
    const { group } = decode(spec('BFT', outOfTwo));
    const walk = (current: common.ConfigGroup): void => {
      expect(current.getModPolicy()).toBe('Admins');
      current.getValuesMap().forEach((entry) => expect(entry.getModPolicy()).toBe('Admins'));
      current.getPoliciesMap().forEach((entry) => expect(entry.getModPolicy()).toBe('Admins'));
      current.getGroupsMap().forEach(walk);
    };
    walk(group);
  });

  test('majority: counted by Fabric over the members, so it follows the membership', () => {
    const application = sub(decode(spec('etcdraft', majority)).group, 'Application');
    for (const [name, subPolicy] of [
      ['Endorsement', 'Endorsement'],
      ['LifecycleEndorsement', 'Endorsement'],
      ['Admins', 'Admins'],
    ] as const) {
      const policy = application.getPoliciesMap().get(name)?.getPolicy();
      const meta = common.ImplicitMetaPolicy.deserializeBinary(policy?.getValue_asU8() ?? new Uint8Array());
      expect([meta.getRule(), meta.getSubPolicy()]).toEqual([
        common.ImplicitMetaPolicy.Rule.MAJORITY,
        subPolicy,
      ]);
    }
  });

  test('out of: a member without peers neither endorses nor governs, but reads and writes', () => {
    const application = sub(decode(spec('etcdraft', outOfTwo)).group, 'Application');
    expect(signaturePolicy(application, 'Endorsement')).toEqual({
      outOf: 2,
      principals: ['AMSP.PEER', 'BMSP.PEER'],
    });
    expect(signaturePolicy(application, 'LifecycleEndorsement').principals).toEqual([
      'AMSP.PEER',
      'BMSP.PEER',
    ]);
    expect(signaturePolicy(application, 'Admins')).toEqual({
      outOf: 2,
      principals: ['AMSP.ADMIN', 'BMSP.ADMIN'],
    });
    expect(signaturePolicy(sub(application, 'GuestMSP'), 'Writers')).toMatchObject({
      principals: ['GuestMSP.ADMIN', 'GuestMSP.CLIENT'],
    });
    expect(sub(application, 'GuestMSP').getValuesMap().has('AnchorPeers')).toBe(false);
    expect(sub(application, 'AMSP').getValuesMap().has('AnchorPeers')).toBe(true);
  });

  test('Raft: the consenters with their TLS certificates, and the settings of the definition', () => {
    const type = orderer.ConsensusType.deserializeBinary(
      value(sub(decode(spec('etcdraft', majority)).group, 'Orderer'), 'ConsensusType'),
    );
    expect(type.getType()).toBe('etcdraft');
    const metadata = orderer.etcdraft.ConfigMetadata.deserializeBinary(type.getMetadata_asU8());
    expect(
      metadata
        .getConsentersList()
        .map((c) => [c.getHost(), Buffer.from(c.getServerTlsCert_asU8()).toString()]),
    ).toEqual([['orderer-AMSP', 'tls of AMSP']]);
    expect(metadata.getOptions()?.getTickInterval()).toBe(`${ordering.etcdraft.tickIntervalMs}ms`);
  });

  test('BFT: a block is valid with the signatures of three of the four consenters, each by its own certificate', () => {
    const group = sub(decode(spec('BFT', majority)).group, 'Orderer');
    expect(signaturePolicy(group, 'BlockValidation')).toEqual({
      outOf: 3,
      principals: ORDERING.map((mspId) => `${mspId}: identity of ${mspId}`),
    });
    const consenters = common.Orderers.deserializeBinary(value(group, 'Orderers')).getConsenterMappingList();
    expect(consenters.map((c) => [c.getId(), c.getMspId()])).toEqual(
      ORDERING.map((mspId, i) => [i + 1, mspId]),
    );
    const type = orderer.ConsensusType.deserializeBinary(value(group, 'ConsensusType'));
    const options = orderer.smartbft.Options.deserializeBinary(type.getMetadata_asU8());
    expect(options.getRequestBatchMaxInterval()).toBe(`${ordering.bft.requestBatchMaxIntervalMs}ms`);
    expect(options.getLeaderRotation()).toBe(orderer.smartbft.Options.Rotation.ROTATION_OFF);
  });
});
