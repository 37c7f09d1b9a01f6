import { PATIENTS_MSP } from '@careledger/domain';
import { callersOf, servicesOf, type ServiceNode } from '@careledger/network-definition';
import type { RunnerNetwork } from '../operations/runner-network.js';
import type { TlsHost } from '../services/tls.js';
import { BROKER } from './broker.js';
import { GRAFANA, MONITORING_MSP, PROMETHEUS } from './monitoring.js';

export const MONITORING_HOSTS: readonly TlsHost[] = [PROMETHEUS, GRAFANA].map((id) => ({
  id,
  mspId: MONITORING_MSP,
  host: id,
}));

/** Containers that are neither Fabric's nor services. */
export const OTHER_HOSTS: readonly TlsHost[] = [
  { id: BROKER, mspId: PATIENTS_MSP, host: BROKER },
  ...MONITORING_HOSTS,
];

/** Set-up containers that run once and end. */
export const ONE_SHOTS: readonly string[] = ['network-init', 'network-setup'];

/** What a change of membership is about. */
export interface OrganizationContainers {
  /** Variable of `.env` that says how many containers the organisation has of each: docker-compose.yaml reads it. */
  readonly variable: string;
  /** Peer and chaincode host, where it has one of its own. */
  readonly nodes: readonly string[];
  /** What needs the network. */
  readonly services: readonly string[];
  /** Services of others that call the organisation's or are called by it: each knows the other's token and authority. */
  readonly neighbours: readonly string[];
}

/** An organisation's containers, whether it takes part or not. */
export async function containersOf(network: RunnerNetwork, mspId: string): Promise<OrganizationContainers> {
  const state = await network.state();
  const left = state.left.filter((other) => other !== mspId);
  const plan = network.plan({ ...state, joined: [...state.joined, mspId], left });
  const services = servicesOf(plan);
  const own = services.filter((node) => node.mspId === mspId);
  const isNeighbour = (other: ServiceNode): boolean =>
    own.some((node) =>
      [...callersOf(node, services), ...calleesOf(node, services)].some(({ id }) => id === other.id),
    );
  const name = plan.organizations.find((organization) => organization.mspId === mspId)?.name ?? mspId;
  return {
    variable: `${name.replaceAll('-', '_').toUpperCase()}_SCALE`,
    nodes: [...plan.peers, ...plan.chaincodeHosts].filter((n) => n.mspId === mspId).map(({ id }) => id),
    services: [...own, ...plan.identities.filter((node) => node.mspId === mspId)].map(({ id }) => id),
    neighbours: services.filter(isNeighbour).map(({ id }) => id),
  };
}

function calleesOf(node: ServiceNode, services: readonly ServiceNode[]): ServiceNode[] {
  return services.filter((other) => callersOf(other, services).includes(node));
}
