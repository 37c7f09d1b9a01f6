import type { ClientKind } from '@careledger/network-admin';
import type { NetworkPlan, ServicePlace } from '@careledger/network-definition';

/** Which program a service runs. */
export type ServiceProgram = 'gateway' | 'cloud' | 'api';

/** One of the project's services, as a process or a container. */
export interface ServiceNode extends ServicePlace {
  /** Process or container, and folder. */
  readonly id: string;
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

/** The services of a plan: the patients' gateway, a provider for each cloud organisation, an api for each authority. */
export function servicesOf(plan: NetworkPlan): ServiceNode[] {
  const providers = plan.channels.find(({ name }) => name === PROVIDER_CHANNEL)?.organizations ?? [];
  const identityOf = (mspId: string): Pick<ServiceNode, 'id' | 'program' | 'name' | 'kind'> => {
    const name = plan.organizations.find((organization) => organization.mspId === mspId)?.name ?? mspId;
    if (mspId === PATIENTS_MSP) return { id: GATEWAY, program: 'gateway', name: GATEWAY };
    if (providers.includes(mspId)) return { id: name, program: 'cloud', name: `prv_${name}` };
    return { id: `api-${name}`, program: 'api', name: `aut_${name}`, kind: name };
  };
  return plan.services.map((place) => ({
    ...place,
    ...identityOf(place.mspId),
    url: `https://${place.host}:${place.port}`,
  }));
}

/** The identity that a service has at its organisation's peer; a gateway's may enrol patients. */
export function clientKindOf({ program }: ServiceNode): ClientKind {
  return program === 'gateway' ? 'gateway' : 'user';
}
