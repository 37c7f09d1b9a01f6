import { generateKeyPairSync, verify } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { loadNetworkDefinition } from '@careledger/network-definition';
import { common } from '@hyperledger/fabric-protos';
import { Identity } from '../fabric/identity.js';
import { addOrganization, changeBatch, removeOrganization, updateTrust } from './changes.js';
import { ConfigUpdate } from './config-update.js';
import { channelGroup } from './genesis-block.js';

const { ordering } = loadNetworkDefinition();
const trust = (mspId: string): { mspId: string; caCert: string; tlsCaCert: string } => ({
  mspId,
  caCert: `ca of ${mspId}`,
  tlsCaCert: `tlsca of ${mspId}`,
});
const majority = { kind: 'majority', endorsement: { outOf: 2, of: ['AMSP', 'BMSP'] } } as const;

function currentConfig(): common.Config {
  const config = new common.Config();
  config.setSequence(3);
  const group = channelGroup({
    name: 'authorities',
    rule: majority,
    members: ['AMSP', 'BMSP'].map((mspId) => ({ ...trust(mspId), anchorPeers: [] })),
    ordering: { consensus: 'etcdraft', settings: ordering, consenters: [], organizations: [trust('AMSP')] },
  });
  config.setChannelGroup(group);
  return config;
}

function computed(update: ConfigUpdate | undefined): common.ConfigUpdate {
  if (!update) throw new Error('nothing was computed');
  const envelope = common.ConfigUpdateEnvelope.deserializeBinary(update.serialize());
  return common.ConfigUpdate.deserializeBinary(envelope.getConfigUpdate_asU8());
}

const application = (group: common.ConfigGroup | undefined): common.ConfigGroup => {
  const found = group?.getGroupsMap().get('Application');
  if (!found) throw new Error('no Application group');
  return found;
};

const keysOf = (map: { forEach(callback: (value: unknown, key: string) => void): void }): string[] => {
  const keys: string[] = [];
  map.forEach((_, key) => keys.push(key));
  return keys.sort();
};

describe('a configuration update', () => {
  test('that would change nothing is none at all', () => {
    expect(ConfigUpdate.compute('authorities', currentConfig(), () => undefined)).toBeUndefined();
    const same = changeBatch(ordering.batch, ordering.bft.requestBatchMaxIntervalMs);
    expect(ConfigUpdate.compute('authorities', currentConfig(), same)).toBeUndefined();
  });

  test('that adds an organisation raises the group that it joins and leaves all others alone', () => {
    const edit = addOrganization({ ...trust('PharmacyMSP'), anchorPeers: [] }, majority);
    const update = computed(ConfigUpdate.compute('authorities', currentConfig(), edit));
    expect(update.getChannelId()).toBe('authorities');
    expect(update.getReadSet()?.getVersion()).toBe(0);
    expect(update.getWriteSet()?.getVersion()).toBe(0);
    const written = application(update.getWriteSet());
    expect(written.getVersion()).toBe(1);
    expect(application(update.getReadSet()).getVersion()).toBe(0);
    expect(keysOf(written.getGroupsMap())).toEqual(['AMSP', 'BMSP', 'PharmacyMSP']);
    // Members that stay are named, not written.
    expect(written.getGroupsMap().get('AMSP')?.getValuesMap().getLength()).toBe(0);
    expect(keysOf(written.getGroupsMap().get('PharmacyMSP')?.getPoliciesMap() ?? new Map())).toEqual([
      'Admins',
      'Endorsement',
      'Readers',
      'Writers',
    ]);
    expect(update.getWriteSet()?.getGroupsMap().has('Orderer')).toBe(false);
  });

  test('that removes an organisation does not name it', () => {
    const update = computed(
      ConfigUpdate.compute('authorities', currentConfig(), removeOrganization('BMSP', majority)),
    );
    expect(keysOf(application(update.getWriteSet()).getGroupsMap())).toEqual(['AMSP']);
  });

  test('that revokes changes an organisation in both of its groups: Fabric refuses two versions of one MSP', () => {
    const edit = updateTrust({ ...trust('AMSP'), crl: 'revocation list' });
    const update = computed(ConfigUpdate.compute('authorities', currentConfig(), edit));
    for (const name of ['Application', 'Orderer']) {
      const organization = update.getWriteSet()?.getGroupsMap().get(name)?.getGroupsMap().get('AMSP');
      expect(organization?.getValuesMap().get('MSP')?.getVersion()).toBe(1);
    }
  });

  test('collects a signature per organisation over exactly the update, through files', () => {
    const update = ConfigUpdate.compute('authorities', currentConfig(), removeOrganization('BMSP', majority));
    if (!update) throw new Error('nothing was computed');
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    update.sign(new Identity('AMSP', 'certificate of A', key));
    const received = ConfigUpdate.deserialize(update.serialize());
    received.sign(new Identity('BMSP', 'certificate of B', key));
    received.sign(new Identity('BMSP', 'certificate of B', key));
    expect(received.channel).toBe('authorities');
    expect(received.signers).toEqual(['AMSP', 'BMSP']);

    const envelope = common.ConfigUpdateEnvelope.deserializeBinary(received.serialize());
    for (const signature of envelope.getSignaturesList()) {
      const signed = Buffer.concat([signature.getSignatureHeader_asU8(), envelope.getConfigUpdate_asU8()]);
      expect(verify('sha256', signed, publicKey, signature.getSignature_asU8())).toBe(true);
    }
  });

  test('a file that holds something else is refused', () => {
    expect(() => ConfigUpdate.deserialize(Buffer.from('no protobuf'))).toThrow(/no configuration update/);
    expect(() => ConfigUpdate.deserialize(new Uint8Array())).toThrow(/names no channel/);
  });
});
