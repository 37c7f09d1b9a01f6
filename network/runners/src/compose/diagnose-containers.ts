import type { Finding, NetworkState } from '@careledger/network-admin';
import { servicesOf, type NetworkPlan } from '@careledger/network-definition';
import { BROKER } from './broker.js';
import type { ContainerState } from './container-state.js';
import { MONITORING_HOSTS, ONE_SHOTS } from './containers.js';

/** What is wrong with containers as the host sees them: those that are missing, not running or not healthy. */
export function diagnoseContainers(
  plan: NetworkPlan,
  { joined }: NetworkState,
  containers: readonly ContainerState[],
): Finding[] {
  const nodes = [
    ...plan.orderers,
    ...plan.peers,
    ...plan.chaincodeHosts,
    ...servicesOf(plan),
    ...plan.identities,
  ];
  const known = new Set(containers.map(({ service }) => service));
  const missing = nodes
    .filter(({ id }) => !known.has(id))
    .map(({ id, mspId }) => ({
      problem: `${id} has no container`,
      fix: joined.includes(mspId) ? `make add-org ORG=${mspId}` : 'make up',
    }));
  const planned = new Set([...nodes.map(({ id }) => id), BROKER, ...MONITORING_HOSTS.map(({ id }) => id)]);
  const findings = containers.map((container) => {
    if (ONE_SHOTS.includes(container.service)) return diagnoseOneShot(container);
    return planned.has(container.service) ? diagnoseContainer(container) : unplanned(container);
  });
  return [...missing, ...findings.filter((finding) => finding !== undefined)];
}

function diagnoseOneShot({ service, state, exitCode }: ContainerState): Finding | undefined {
  if (state !== 'exited' || exitCode === 0) return undefined;
  return {
    problem: `${service} failed with status ${exitCode}: "make logs ARGS=${service}" says why`,
    fix: 'make up',
  };
}

function diagnoseContainer({ service, state, health, exitCode }: ContainerState): Finding | undefined {
  switch (state) {
    case 'running':
      if (health === 'unhealthy')
        return {
          problem: `${service} is unhealthy: "make logs ARGS=${service}" may say why`,
          fix: `docker compose up -d --no-deps --force-recreate --wait ${service}`,
        };
      return health === 'starting'
        ? { problem: `${service} is still starting`, fix: 'make up, which waits for it' }
        : undefined;
    case 'paused':
      return { problem: `${service} is paused`, fix: `docker compose unpause ${service}` };
    case 'restarting':
      return {
        problem: `${service} ends again and again, with status ${exitCode}: "make logs ARGS=${service}" says why`,
        fix: `docker compose up -d --no-deps --force-recreate --wait ${service}`,
      };
    default:
      return { problem: `${service} does not run: ${state}, status ${exitCode}`, fix: 'make up' };
  }
}

function unplanned({ service, state }: ContainerState): Finding | undefined {
  if (state === 'exited') return undefined;
  return {
    problem: `${service} is ${state}, and its organisation takes no part`,
    fix: `docker compose rm --stop --force ${service}`,
  };
}
