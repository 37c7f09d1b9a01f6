import type { ClientKind } from '@careledger/network-admin';
import type { NetworkPlan } from '@careledger/network-definition';
import { HTTPS_PORT } from './places.js';

/** Which program a service runs. */
export type ServiceProgram = 'gateway' | 'cloud' | 'api';

/** One of the project's services as a container. */
export interface ServiceNode {
  /** Container, host name and folder. */
  readonly id: string;
  readonly mspId: string;
  readonly program: ServiceProgram;
  /** Gateway ID, provider ID or authority ID. */
  readonly name: string;
  /** Of an authority: what it is. */
  readonly kind?: string;
  readonly url: string;
}

/** Organisations whose service is a cloud provider's; every other one but the patients' operator is an authority. */
const PROVIDER_CHANNEL = 'cloud';
/** Whose peers gateways use, and who operates them. */
export const PATIENTS_MSP = 'PatientsMSP';
export const GATEWAY = 'gateway';
/** The MQTT broker that devices connect to. */
export const BROKER = 'mosquitto';

/** The services of a plan: the patients' gateway, a provider for each cloud organisation, an api for each authority. */
export function servicesOf(plan: NetworkPlan): ServiceNode[] {
  const providers = plan.channels.find(({ name }) => name === PROVIDER_CHANNEL)?.organizations ?? [];
  return plan.organizations.map(({ mspId, name }) => {
    if (mspId === PATIENTS_MSP) return serviceNode({ id: GATEWAY, mspId, program: 'gateway', name: GATEWAY });
    if (providers.includes(mspId))
      return serviceNode({ id: name, mspId, program: 'cloud', name: `prv_${name}` });
    return serviceNode({ id: `api-${name}`, mspId, program: 'api', name: `aut_${name}`, kind: name });
  });
}

function serviceNode(service: Omit<ServiceNode, 'url'>): ServiceNode {
  return { ...service, url: `https://${service.id}:${HTTPS_PORT}` };
}

/** The identity that a service has at its organisation's peer; a gateway's may enrol patients. */
export function clientKindOf({ program }: ServiceNode): ClientKind {
  return program === 'gateway' ? 'gateway' : 'user';
}
