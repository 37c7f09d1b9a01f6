import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import {
  callersOf,
  clientOf,
  GATEWAY,
  PROCESS_MEMORY,
  serviceConfig,
  SERVICE_LAUNCHERS,
  servicesOf,
  type ServiceConfigFile,
  type ServiceNode,
  type ServiceToken,
} from '@careledger/network-definition';
import { freePorts } from '../ports.js';
import { heldTokens, newRoleTokens, type RoleTokens } from './credentials.js';
import type { RunningNetwork } from './network.js';
import type { ServicePlan } from './service.js';

const LOOPBACK = '127.0.0.1';

/** A service at a port of this machine that was free, known before it starts so that it is the same after a restart. */
export interface LocalService extends ServiceNode {
  readonly tokens: RoleTokens;
}

/**
 * The services of a network's organisations: providers first, then apis, then the gateway. Their processes are called
 * like their organisations.
 * @param authorities names of those whose apis shall run; of all that the network has unless given
 */
export async function localServices(
  { plan }: RunningNetwork,
  authorities?: readonly string[],
): Promise<LocalService[]> {
  const wanted = servicesOf(plan).filter(
    ({ program, organization }) => program !== 'api' || (authorities?.includes(organization) ?? true),
  );
  const ordered = (['cloud', 'api', 'gateway'] as const).flatMap((program) =>
    wanted.filter((service) => service.program === program),
  );
  const ports = await freePorts(ordered.length + 1);
  return ordered.map((service) => {
    const port = ports.pop() ?? 0;
    const isGateway = service.program === 'gateway';
    return {
      ...service,
      id: isGateway ? GATEWAY : service.organization,
      host: LOOPBACK,
      port,
      ...(isGateway && { mqttPort: ports.pop() ?? 0 }),
      url: `http://${LOOPBACK}:${port}`,
      tokens: newRoleTokens(callersOf(service, ordered).map(({ mspId }) => mspId)),
    };
  });
}

export interface LocalConfigOptions {
  readonly network: RunningNetwork;
  /** Where the services keep what is theirs, a folder each. */
  readonly dir: string;
  /** All that run; providers are tried in this order. */
  readonly services: readonly LocalService[];
  /** Tokens that the service takes besides its own. */
  readonly moreTokens?: readonly ServiceToken[];
}

/** The configuration of a service on this machine, with a key store's passphrase of its own. */
export function localConfig(service: LocalService, options: LocalConfigOptions): ServiceConfigFile {
  const { network, dir, services, moreTokens = [] } = options;
  const tokens = new Map(services.map(({ id, mspId, tokens }) => [id, heldTokens(tokens, mspId)]));
  tokens.set(service.id, [...heldTokens(service.tokens, service.mspId), ...moreTokens]);
  return serviceConfig(service, {
    plan: network.plan,
    networkId: network.networkId,
    services,
    tokensAt: ({ id }) => tokens.get(id) ?? [],
    setting: {
      listenHost: LOOPBACK,
      connectionFile: network.connectionFile,
      identity: network.identity(service.mspId, clientOf(service)),
      dataDir: join(dir, service.id),
      keyPassphrase: randomBytes(18).toString('base64url'),
    },
  });
}

/** How to start a service with a configuration. */
export const servicePlan = (
  { id, program }: ServiceNode,
  config: Readonly<Record<string, unknown>>,
): ServicePlan => ({ name: id, launcher: SERVICE_LAUNCHERS[program], config, ...PROCESS_MEMORY[program] });

/** A service that runs, and the tokens that it takes. */
export interface RunningService {
  /** Name of its process in the process group. */
  readonly name: string;
  readonly url: string;
  readonly tokens: RoleTokens;
}

export const runningService = ({ id, url, tokens }: LocalService): RunningService => ({
  name: id,
  url,
  tokens,
});
