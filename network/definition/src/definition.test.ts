import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import {
  DEFAULT_DEFINITION_PATH,
  DefinitionError,
  embeddedNetwork,
  loadNetworkDefinition,
  parseNetworkDefinition,
  planNetwork,
  PORT_OFFSETS,
} from './index.js';

const text = readFileSync(DEFAULT_DEFINITION_PATH, 'utf8');

/** Every native port of the full profile. */
function portsAt(portOffset: number): number[] {
  const plan = planNetwork(loadNetworkDefinition(), { profile: 'full', runner: 'native', portOffset });
  return [
    ...plan.orderers.flatMap((o) => [o.port, o.adminPort, o.operationsPort]),
    ...plan.peers.flatMap((p) => [p.port, p.operationsPort]),
    ...plan.chaincodeHosts.flatMap((h) => Object.values(h.ports)),
    ...plan.services.flatMap(({ port, mqttPort }) => (mqttPort === undefined ? [port] : [port, mqttPort])),
  ];
}

/** Parses the shipped definition after an edit that has to change something. */
function problemsAfter(from: string | RegExp, to: string): DefinitionError {
  const edited = text.replace(from, to);
  expect(edited).not.toBe(text);
  try {
    parseNetworkDefinition(edited);
  } catch (error) {
    if (error instanceof DefinitionError) return error;
    throw error;
  }
  throw new Error('the edited definition was accepted');
}

describe('the shipped definition', () => {
  const definition = loadNetworkDefinition();

  test('names the peers of the embedded network as those of Fabric', () => {
    expect(embeddedNetwork(definition).peerNames).toEqual({
      PatientsMSP: 'peer-patients',
      HospitalMSP: 'peer-hospital',
      LabMSP: 'peer-lab',
      InsurerMSP: 'peer-insurer',
      PharmacyMSP: 'peer-pharmacy',
      CloudAMSP: 'peer-cloud-a',
      CloudBMSP: 'peer-cloud-b',
    });
  });

  test('has the membership and the rules of both channels', () => {
    const { channels, transactionTimeWindowMs } = embeddedNetwork(definition);
    expect(transactionTimeWindowMs).toBe(120_000);
    expect(channels['authorities']).toEqual({
      organizations: ['PatientsMSP', 'HospitalMSP', 'LabMSP', 'InsurerMSP', 'PharmacyMSP'],
      members: [],
      policies: {
        endorsement: { outOf: 3, of: ['PatientsMSP', 'HospitalMSP', 'LabMSP', 'InsurerMSP', 'PharmacyMSP'] },
      },
      chaincodes: ['access-control', 'records'],
      collections: { 'access-control': [], records: [] },
    });
    expect(channels['cloud']?.policies.endorsement).toEqual({
      outOf: 2,
      of: ['PatientsMSP', 'CloudAMSP', 'CloudBMSP'],
    });
    expect(channels['cloud']?.members).toEqual(['HospitalMSP', 'LabMSP', 'InsurerMSP', 'PharmacyMSP']);
  });

  test('full: four BFT orderers, a peer and a chaincode host per organisation', () => {
    const plan = planNetwork(definition, { profile: 'full', runner: 'native' });
    expect(plan.consensus).toBe('BFT');
    expect(plan.orderers.map((o) => o.mspId)).toEqual(['PatientsMSP', 'HospitalMSP', 'InsurerMSP', 'LabMSP']);
    expect(plan.peers).toHaveLength(7);
    expect(plan.chaincodeHosts.map((h) => h.serves)).toEqual(plan.peers.map((p) => [p.mspId]));
  });

  test('small: one Raft orderer, four peers that share a chaincode host', () => {
    const plan = planNetwork(definition, { profile: 'small', runner: 'native' });
    expect(plan.consensus).toBe('etcdraft');
    expect(plan.orderers.map((o) => o.id)).toEqual(['orderer-patients']);
    expect(plan.peers.map((p) => [p.mspId, p.channels, p.chaincodeHost])).toEqual([
      ['PatientsMSP', ['authorities', 'cloud'], 'chaincode-patients'],
      ['HospitalMSP', ['authorities'], 'chaincode-patients'],
      ['CloudAMSP', ['cloud'], 'chaincode-patients'],
      ['CloudBMSP', ['cloud'], 'chaincode-patients'],
    ]);
    expect(plan.channels.map((c) => c.endorsement.outOf)).toEqual([2, 2]);
  });

  test('an organisation that joins later is counted in the majority and joins its channels', () => {
    const plan = planNetwork(definition, {
      profile: 'small',
      runner: 'native',
      joined: ['PharmacyMSP', 'LabMSP'],
    });
    const authorities = plan.channels.find((c) => c.name === 'authorities');
    expect(authorities?.endorsement.outOf).toBe(3);
    const pharmacy = plan.peers.find((p) => p.mspId === 'PharmacyMSP');
    expect(pharmacy?.channels).toEqual(['authorities']);
    // It runs its own chaincode: nobody's running process has to change, and it trusts nobody's.
    expect(plan.chaincodeHosts.find((host) => host.id === pharmacy?.chaincodeHost)?.serves).toEqual([
      'PharmacyMSP',
    ]);
  });

  test('an organisation that left is gone from channels, peers and the majority', () => {
    const plan = planNetwork(definition, { profile: 'full', runner: 'native', left: ['PharmacyMSP'] });
    const [authorities, cloud] = plan.channels;
    expect(authorities?.endorsement).toEqual({
      outOf: 3,
      of: ['PatientsMSP', 'HospitalMSP', 'LabMSP', 'InsurerMSP'],
    });
    expect(cloud?.members).not.toContain('PharmacyMSP');
    expect(plan.peers.some((p) => p.mspId === 'PharmacyMSP')).toBe(false);
  });

  test('a second network on one machine has every port moved', () => {
    expect(portsAt(1000)).toEqual(portsAt(0).map((port) => port + 1000));
  });
});

/** The shipped definition with a private data collection of `records` on `cloud`; `fields` in the YAML of one. */
const withCollection = (fields: string): string =>
  text.replace(
    /(name: records, .*channels: \[authorities, cloud\]) }/,
    `$1, collections: [{ name: secrets, channel: cloud, ${fields} }] }`,
  );

describe('a private data collection', () => {
  const definition = parseNetworkDefinition(
    withCollection(
      'members: [CloudAMSP, CloudBMSP, LabMSP], blockToLive: 3, memberOnlyRead: true, endorsement: { outOf: 2, of: [CloudAMSP, CloudBMSP] }',
    ),
  );

  test('belongs to its chaincode on its channel alone, among those who take part', () => {
    const { channels } = planNetwork(definition, { profile: 'small', runner: 'native' });
    expect(channels.map(({ name, collections }) => [name, collections])).toEqual([
      ['authorities', { 'access-control': [], records: [] }],
      [
        'cloud',
        {
          'access-control': [],
          records: [
            {
              name: 'secrets',
              members: ['CloudAMSP', 'CloudBMSP'],
              requiredPeerCount: 0,
              maxPeerCount: 1,
              blockToLive: 3,
              memberOnlyRead: true,
              memberOnlyWrite: false,
              endorsement: { outOf: 2, of: ['CloudAMSP', 'CloudBMSP'] },
            },
          ],
        },
      ],
    ]);
  });

  test('comes to the embedded network with the policies of Fabric’s collection files', () => {
    expect(embeddedNetwork(definition).channels['cloud']?.collections['records']).toEqual([
      {
        name: 'secrets',
        policy: "OR('CloudAMSP.member', 'CloudBMSP.member', 'LabMSP.member')",
        requiredPeerCount: 0,
        maxPeerCount: 1,
        blockToLive: 3,
        memberOnlyRead: true,
        memberOnlyWrite: false,
        endorsementPolicy: { signaturePolicy: "OutOf(2, 'CloudAMSP.peer', 'CloudBMSP.peer')" },
      },
    ]);
  });

  test.each([
    ['of somebody who is not on the channel', 'members: [GhostMSP, CloudAMSP]', /GhostMSP is not on cloud/],
    [
      'that more peers must have than are told of it',
      'members: [CloudAMSP, CloudBMSP], requiredPeerCount: 2',
      /maxPeerCount 1 is less than requiredPeerCount 2/,
    ],
    ['whose data nobody keeps', 'members: [LabMSP]', /no peer that keeps its data/],
    [
      'that nobody can write',
      'members: [CloudAMSP], endorsement: { outOf: 2, of: [CloudAMSP, HospitalMSP] }',
      /has 1 endorsers, needs 2/,
    ],
  ])('%s is refused', (_danger, fields, message) => {
    expect(() => parseNetworkDefinition(withCollection(fields))).toThrow(message);
  });

  test('on a channel without its chaincode, there twice, or named like an implicit one is refused', () => {
    const implicit = withCollection('members: [CloudAMSP]').replace('secrets', '_implicit_org_CloudAMSP');
    expect(() => parseNetworkDefinition(implicit)).toThrow(/collections\/0\/name must match pattern/);
    const elsewhere = withCollection('members: [CloudAMSP]').replace('channel: cloud', 'channel: nowhere');
    expect(() => parseNetworkDefinition(elsewhere)).toThrow(/the chaincode is not on channel nowhere/);
    const [collection = ''] = /\{ name: secrets.*?\}/.exec(withCollection('members: [CloudAMSP]')) ?? [];
    const twice = withCollection('members: [CloudAMSP]').replace(collection, `${collection}, ${collection}`);
    expect(() => parseNetworkDefinition(twice)).toThrow(/stands twice on cloud/);
  });
});

describe('networks on one machine at once', () => {
  /** Linux gives out ports from here on to whoever asks for any. */
  const FIRST_EPHEMERAL_PORT = 32_768;
  const lowest = Math.min(...portsAt(0));
  const highest = Math.max(...portsAt(0));

  test('have no port in common, nor with those that are given to clients', () => {
    const offsets = Object.values(PORT_OFFSETS).sort((a, b) => a - b);
    for (const [index, offset] of offsets.entries()) {
      if (index > 0) expect(offset - (offsets[index - 1] ?? 0)).toBeGreaterThan(highest - lowest);
      expect(highest + offset).toBeLessThan(FIRST_EPHEMERAL_PORT);
    }
  });
});

describe('a definition that would start a broken network is refused', () => {
  test.each([
    ['two nodes on one port', 'port: 17110', 'port: 17050', /both listen on 127.0.0.1:17050/],
    [
      "a gateway's broker on a peer's port",
      'mqttPort: 17115',
      'mqttPort: 17110',
      /service of PatientsMSP and peer/,
    ],
    [
      'a service without an address',
      / {6}LabMSP: { host: api-lab, .*\n/,
      '',
      /compose\/services: LabMSP has no/,
    ],
    ['an organisation nobody defined', 'members: []', 'members: [GhostMSP]', /GhostMSP is not defined/],
    ['a member that stands twice', 'members: []', 'members: [LabMSP]', /LabMSP stands twice/],
    [
      'three BFT orderers, which bear no fault',
      'orderer-insurer, orderer-lab]',
      'orderer-insurer]',
      /BFT needs at least 4/,
    ],
    [
      'an orderer of an organisation that may not read what it orders',
      'organization: LabMSP, consenterId: 4',
      'organization: CloudAMSP, consenterId: 4',
      /orderer-lab: CloudAMSP is not in channel authorities/,
    ],
    ['more endorsements than endorsers', 'count: 2', 'count: 4', /channel cloud has 3 endorsers, needs 4/],
    ['a peer without an address', / {6}peer-lab: .*\n/, '', /peer-lab has no address/],
    [
      'a chaincode on no channel',
      'channels: [authorities, cloud] }',
      'channels: [nowhere] }',
      /nowhere is not defined/,
    ],
  ])('%s', (_danger, from, to, message) => {
    const error = problemsAfter(from, to);
    expect(error.code).toBe('DEFINITION_INCONSISTENT');
    expect(error.message).toMatch(message);
  });

  test('a misspelt field is named with its location', () => {
    const error = problemsAfter('transactionTimeWindowMs', 'transactionTimeWindow');
    expect(error.code).toBe('DEFINITION_INVALID');
    expect(error.message).toMatch(/transactionTimeWindow/);
  });

  test('a file that is not there, and text that is not YAML', () => {
    expect(() => loadNetworkDefinition('/nonexistent.yaml')).toThrow(/DEFINITION_UNREADABLE/);
    expect(() => parseNetworkDefinition('{')).toThrow(/DEFINITION_INVALID/);
  });

  test('an unknown organisation cannot join', () => {
    const definition = loadNetworkDefinition();
    expect(() =>
      planNetwork(definition, { profile: 'small', runner: 'native', joined: ['GhostMSP'] }),
    ).toThrow(/UNKNOWN_ORGANIZATION/);
  });
});
