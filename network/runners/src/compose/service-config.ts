import type { NetworkPlan } from '@careledger/network-definition';
import { ANY_INTERFACE, CONFIG, DATA, HTTPS_PORT, IDENTITY } from './places.js';
import { tokenEntries, type ServiceSecrets } from './secrets.js';
import { BROKER, GATEWAY, PATIENTS_MSP, type ServiceNode } from './services.js';

/** Where the broker listens for the gateway: docker/mosquitto/mosquitto.conf. */
const BROKER_GATEWAY_PORT = 8884;

export interface ServiceConfigOptions {
  readonly plan: NetworkPlan;
  readonly services: readonly ServiceNode[];
  /** By service. */
  readonly secrets: ReadonlyMap<string, ServiceSecrets>;
}

/**
 * A service's configuration file, with paths as its container sees them. Passphrase and broker password are in
 * files of their own, which the environment names.
 */
export function serviceConfig(node: ServiceNode, options: ServiceConfigOptions): Record<string, unknown> {
  const { plan, services, secrets } = options;
  const own = secrets.get(node.id);
  const tokenAt = (other: ServiceNode): string => secrets.get(other.id)?.tokens[node.id] ?? '';
  const others = (program: string): ServiceNode[] =>
    services.filter((other) => other.program === program && other.id !== node.id);
  const tls = { certFile: `${CONFIG}/tls/cert.pem`, keyFile: `${CONFIG}/tls/key.pem` };
  const hasOwnCloudPeer = plan.channels.every(({ organizations }) => organizations.includes(node.mspId));
  const ledger = {
    connectionFile: `${CONFIG}/connection.json`,
    mspId: node.mspId,
    certificateFile: `${IDENTITY}/cert.pem`,
    privateKeyFile: `${IDENTITY}/key.pem`,
  };
  const common = {
    networkId: plan.network,
    dataDir: DATA,
    http: { host: ANY_INTERFACE, port: HTTPS_PORT, tls },
    auth: { tokens: own ? tokenEntries(own) : [] },
  };
  switch (node.program) {
    case 'cloud':
      return {
        ...common,
        ledger,
        providerId: node.name,
        endpoint: node.url,
        providers: others('cloud').map((other) => ({ providerId: other.name, token: tokenAt(other) })),
      };
    case 'api':
      return {
        ...common,
        // Authorities have no peer on channel `cloud`; the patients' operator serves them there.
        ledger: hasOwnCloudPeer ? ledger : { ...ledger, peerMspId: { cloud: PATIENTS_MSP } },
        authorityId: node.name,
        kind: node.kind,
        endpoint: node.url,
        providers: others('cloud').map((other) => ({
          providerId: other.name,
          token: tokenAt(other),
          url: other.url,
        })),
      };
    case 'gateway':
      return {
        ...common,
        ledger,
        gatewayId: GATEWAY,
        mqtt: { external: { url: `mqtts://${BROKER}:${BROKER_GATEWAY_PORT}`, username: GATEWAY } },
        providers: others('cloud').map((other) => ({
          providerId: other.name,
          url: other.url,
          token: tokenAt(other),
        })),
        authorities: others('api').map((other) => ({ authorityId: other.name, token: tokenAt(other) })),
      };
  }
}

/** Who calls a service, besides people: these hold tokens of their own there. */
export function callersOf(node: ServiceNode, services: readonly ServiceNode[]): string[] {
  return services
    .filter(({ id, program }) => id !== node.id && calls(program, node.program))
    .map(({ id }) => id);
}

function calls(caller: ServiceNode['program'], callee: ServiceNode['program']): boolean {
  return callee === 'cloud' || (callee === 'api' && caller === 'gateway');
}
