import { readIfThere, table } from '@careledger/network-admin';
import { servicesOf, type NetworkPlan } from '@careledger/network-definition';
import { RunnerError } from '../errors.js';
import type { ServiceLayout } from './layout.js';
import { readSecrets } from './secrets.js';

/** Bearer tokens that a service takes, by holder. They are secrets. */
export interface ServiceCredentials {
  readonly service: string;
  /** As the other services reach it. */
  readonly url: string;
  readonly tokens: Readonly<Record<string, string>>;
}

/** The tokens of all services, or of one. */
export async function serviceCredentials(
  plan: NetworkPlan,
  layout: ServiceLayout,
  service?: string,
): Promise<ServiceCredentials[]> {
  const services = [...servicesOf(plan), ...plan.identities];
  const asked = services.filter(({ id }) => service === undefined || id === service);
  if (asked.length === 0) {
    const known = services.map(({ id }) => id).join(', ');
    throw new RunnerError('UNKNOWN_NAME', `there is no service ${service ?? ''}; there are ${known}`);
  }
  return Promise.all(
    asked.map(async ({ id, url }) => ({
      service: id,
      url,
      tokens: (await readSecrets(layout.secrets(id)))?.tokens ?? {},
    })),
  );
}

/** For people: service, holder, token. */
export function credentialLines(credentials: readonly ServiceCredentials[]): string[] {
  const rows = credentials.flatMap(({ service, tokens }) =>
    Object.entries(tokens).map(([holder, token]) => [service, holder, token]),
  );
  return table(rows);
}

/** PEM of the TLS authorities that clients of the services have to trust. */
export async function trustedRoots(layout: ServiceLayout): Promise<string> {
  const pem = await readIfThere(layout.tlsRoots);
  if (pem !== undefined) return pem;
  throw new RunnerError(
    'NOT_SET_UP',
    'no services are here: start them first, natively with "up --services"',
  );
}
