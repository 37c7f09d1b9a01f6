import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import {
  DEFAULT_DEFINITION_PATH,
  DefinitionError,
  embeddedNetwork,
  loadNetworkDefinition,
  parseNetworkDefinition,
  planNetwork,
} from './index.js';

const text = readFileSync(DEFAULT_DEFINITION_PATH, 'utf8');

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
    expect(plan.orderers.map((o) => o.mspId)).toEqual([
      'PatientsMSP',
      'HospitalMSP',
      'InsurerMSP',
      'CloudAMSP',
    ]);
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
    const at = (portOffset: number): number[] => {
      const plan = planNetwork(definition, { profile: 'full', runner: 'native', portOffset });
      return [
        ...plan.orderers.flatMap((o) => [o.port, o.adminPort, o.operationsPort]),
        ...plan.peers.flatMap((p) => [p.port, p.operationsPort]),
        ...plan.chaincodeHosts.flatMap((h) => Object.values(h.ports)),
        ...plan.services.flatMap(({ port, mqttPort }) =>
          mqttPort === undefined ? [port] : [port, mqttPort],
        ),
      ];
    };
    expect(at(1000)).toEqual(at(0).map((port) => port + 1000));
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
      'orderer-insurer, orderer-cloud-a]',
      'orderer-insurer]',
      /BFT needs at least 4/,
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

  test('a misspelt field is named with its place', () => {
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
