import { describe, expect, test } from '@jest/globals';
import { newState, planOf, type NetworkState } from '@careledger/network-admin';
import { servicesOf } from '@careledger/network-definition';
import { BROKER } from './broker.js';
import { parseContainers, type ContainerState } from './container-state.js';
import { diagnoseContainers } from './diagnose-containers.js';

const SMALL = newState('small', 'compose');

/** All of a small deployment's containers as they should be, but for those that are named. */
function containers(...others: readonly ContainerState[]): ContainerState[] {
  const plan = planOf(SMALL);
  const nodes = [
    ...plan.orderers,
    ...plan.peers,
    ...plan.chaincodeHosts,
    ...servicesOf(plan),
    ...plan.identities,
  ];
  const healthy = [...nodes.map(({ id }) => id), BROKER]
    .filter((id) => !others.some(({ service }) => service === id))
    .map((service) => ({ service, state: 'running', health: 'healthy', exitCode: 0 }));
  return [...healthy, ...others];
}
const diagnose = (given: readonly ContainerState[], state: NetworkState = SMALL) =>
  diagnoseContainers(planOf(state), state, given);

describe('the doctor, looking at containers', () => {
  test('finds nothing wrong with healthy ones, nor with one-shots that have ended well', () => {
    const done = parseContainers('network-init,exited,,0\nnetwork-setup,exited,,0\n');
    expect(diagnose(containers(...done))).toEqual([]);
  });

  test.each([
    ['gateway,exited,,137', 'make up'],
    ['gateway,paused,,0', 'docker compose unpause gateway'],
    ['gateway,running,unhealthy,0', 'docker compose up -d --no-deps --force-recreate --wait gateway'],
    ['gateway,restarting,,1', 'docker compose up -d --no-deps --force-recreate --wait gateway'],
    ['network-setup,exited,,1', 'make up'],
    ['peer-lab,running,healthy,0', 'docker compose rm --stop --force peer-lab'],
  ])('%s: %s', (line, fix) => {
    const [container] = parseContainers(line);
    expect(diagnose(containers(...parseContainers(line)))).toEqual([
      { problem: expect.stringContaining(container?.service ?? '') as unknown, fix },
    ]);
  });

  test('who is on the channels and has no containers is told apart: one who joined, one who was there', () => {
    const state = { ...SMALL, joined: ['PharmacyMSP'] };
    const lost = containers().filter(({ service }) => service !== 'cloud-b');
    const fixes = diagnose(lost, state).map(({ problem, fix }) => [problem.split(' ')[0], fix]);
    expect(Object.fromEntries(fixes)).toEqual({
      'cloud-b': 'make up',
      'peer-pharmacy': 'make add-org ORG=PharmacyMSP',
      'chaincode-pharmacy': 'make add-org ORG=PharmacyMSP',
      'identity-pharmacy': 'make add-org ORG=PharmacyMSP',
      'api-pharmacy': 'make add-org ORG=PharmacyMSP',
    });
  });
});
