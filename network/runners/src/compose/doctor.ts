import {
  diagnoseCertificates,
  diagnoseNodes,
  NetworkConnections,
  type Finding,
  type Remedies,
} from '@careledger/network-admin';
import type { NetworkPlan } from '@careledger/network-definition';
import { unreadyServices } from '../services/unready.js';
import type { ComposeNetwork } from './compose-network.js';
import type { ContainerState } from './container-state.js';
import { diagnoseContainers } from './diagnose-containers.js';

/** Everything that is wrong with a deployment, each with what its operator types to fix it; empty when all is well. */
export async function diagnose(
  network: ComposeNetwork,
  containers: readonly ContainerState[],
): Promise<Finding[]> {
  const state = await network.state();
  const plan = network.plan(state);
  const remedies = remediesOf(plan);
  const findings = [
    ...(await diagnoseCertificates(plan, network.layout, remedies)),
    ...diagnoseContainers(plan, state, containers),
  ];
  const running = new Set(containers.filter((c) => c.state === 'running').map(({ service }) => service));
  const nodes = [...plan.orderers, ...plan.peers, ...plan.chaincodeHosts];
  // Whoever is asked while a node is away would blame that, or a time-out.
  if (!nodes.every(({ id }) => running.has(id))) return findings;
  using connections = await NetworkConnections.open(plan, network.layout);
  findings.push(...(await diagnoseNodes(plan, connections, remedies)));
  const services = [...network.services(state), ...plan.identities].filter(({ id }) => running.has(id));
  findings.push(
    ...(await unreadyServices(network.layout, services, ({ id }) => `docker compose restart ${id}`)),
  );
  return findings;
}

function remediesOf(plan: NetworkPlan): Remedies {
  return {
    up: 'make up',
    rotate: (nodeOrMspId) => `make rotate-certs NODE=${nodeOrMspId}`,
    // After an upgrade that was cut short a chaincode host is still of the earlier version.
    endorse: (peerId) => {
      const host = plan.peers.find(({ id }) => id === peerId)?.chaincodeHost ?? peerId;
      return `docker compose restart ${host}`;
    },
  };
}
