import type { NetworkPlan } from '@careledger/network-definition';
import { RunnerError } from '../errors.js';
import type { ServiceLayout } from './layout.js';
import { readSecrets } from './secrets.js';
import { servicesOf } from './service-node.js';

/** Bearer tokens that a service takes, by holder. They are secrets. */
export interface ServiceCredentials {
  readonly service: string;
  readonly tokens: Readonly<Record<string, string>>;
}

/** The tokens of all services, or of one. */
export async function serviceCredentials(
  plan: NetworkPlan,
  layout: ServiceLayout,
  service?: string,
): Promise<ServiceCredentials[]> {
  const known = servicesOf(plan).map(({ id }) => id);
  if (service !== undefined && !known.includes(service)) {
    throw new RunnerError('UNKNOWN_NAME', `there is no service ${service}; there are ${known.join(', ')}`);
  }
  return Promise.all(
    known
      .filter((id) => service === undefined || id === service)
      .map(async (id) => ({ service: id, tokens: (await readSecrets(layout.secrets(id)))?.tokens ?? {} })),
  );
}
