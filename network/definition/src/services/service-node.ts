import { PATIENTS_MSP } from '@careledger/domain';
import type { NetworkPlan, ServiceAddress } from '../resolve.js';

/** Which program a service runs. */
export type ServiceProgram = 'gateway' | 'cloud' | 'api';

/** Launcher of each program, within the project: one command serves, another registers keys on the ledger. */
export const SERVICE_LAUNCHERS: Readonly<Record<ServiceProgram, string>> = {
  gateway: 'gateway-service/bin/careledger-gateway.js',
  cloud: 'cloud-service/bin/careledger-cloud.js',
  api: 'api/bin/careledger-api.js',
};

/** Launcher of an organisation's OpenID provider. */
export const IDENTITY_LAUNCHER = 'identity/bin/careledger-identity.js';

/** One of the project's services, as a process or a container. */
export interface ServiceNode extends ServiceAddress {
  /** Process or container, and folder. */
  readonly id: string;
  readonly program: ServiceProgram;
  /** Name of its organisation in the definition. */
  readonly organization: string;
  /** Gateway ID, provider ID or authority ID. */
  readonly name: string;
  /** Of an authority: what it is. */
  readonly kind?: string;
  /** As other services reach it. */
  readonly url: string;
}

/** Organisations whose service is a cloud provider's; every other one but the patients' operator is an authority. */
const PROVIDER_CHANNEL = 'cloud';
/** ID of the patients' gateway, and the user that it is at a broker. */
export const GATEWAY = 'gateway';

/** The services of a plan: the patients' gateway, a provider for each cloud organisation, an api for each authority. */
export function servicesOf(plan: NetworkPlan): ServiceNode[] {
  const providers = plan.channels.find(({ name }) => name === PROVIDER_CHANNEL)?.organizations ?? [];
  const identityOf = (mspId: string, name: string): Pick<ServiceNode, 'id' | 'program' | 'name' | 'kind'> => {
    if (mspId === PATIENTS_MSP) return { id: GATEWAY, program: 'gateway', name: GATEWAY };
    if (providers.includes(mspId)) return { id: name, program: 'cloud', name: `prv_${name}` };
    return { id: `api-${name}`, program: 'api', name: `aut_${name}`, kind: name };
  };
  return plan.services.map((address) => {
    const { mspId, host, port } = address;
    const organization = plan.organizations.find((one) => one.mspId === mspId)?.name ?? mspId;
    return {
      ...address,
      ...identityOf(mspId, organization),
      organization,
      url: `https://${host}:${port}`,
    };
  });
}

/** The identity that a service has at its organisation's peer; a gateway's may enrol patients. */
export function clientOf({ program }: ServiceNode): 'gateway' | 'user' {
  return program === 'gateway' ? 'gateway' : 'user';
}

/** Who calls a service, besides people: these hold tokens of their own there. */
export function callersOf(service: ServiceNode, services: readonly ServiceNode[]): ServiceNode[] {
  return services.filter(({ id, program }) => id !== service.id && calls(program, service.program));
}

function calls(caller: ServiceProgram, callee: ServiceProgram): boolean {
  return callee === 'cloud' || (callee === 'api' && caller === 'gateway');
}
