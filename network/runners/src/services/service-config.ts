import type { NetworkPlan } from '@careledger/network-definition';
import { tokenEntries, type ServiceSecrets } from './secrets.js';
import { GATEWAY, type ServiceNode } from './service-node.js';
import type { ServiceSetting } from './service-places.js';

export interface ServiceConfigOptions {
  readonly plan: NetworkPlan;
  readonly services: readonly ServiceNode[];
  /** By service. */
  readonly secrets: ReadonlyMap<string, ServiceSecrets>;
  readonly setting: ServiceSetting;
}

/**
 * A service's configuration file, with paths as the service sees them. Passphrase and broker password are in files of
 * their own, which the environment names.
 */
export function serviceConfig(node: ServiceNode, options: ServiceConfigOptions): Record<string, unknown> {
  const { plan, services, secrets, setting } = options;
  const own = secrets.get(node.id);
  const tokenAt = (other: ServiceNode): string => secrets.get(other.id)?.tokens[node.id] ?? '';
  const others = (program: string): ServiceNode[] =>
    services.filter((other) => other.program === program && other.id !== node.id);
  const { connection, tls, identity, data } = setting.places(node);
  const withoutOwnPeer = plan.channels.filter(({ members }) => members.includes(node.mspId));
  const ledger = {
    connectionFile: connection,
    mspId: node.mspId,
    certificateFile: identity.cert,
    privateKeyFile: identity.key,
    // Authorities have no peer on channel `cloud`: whoever has one serves them there.
    ...(withoutOwnPeer.length > 0 && {
      peerMspIds: Object.fromEntries(withoutOwnPeer.map(({ name, organizations }) => [name, organizations])),
    }),
  };
  const common = {
    networkId: plan.network,
    dataDir: data,
    http: {
      host: setting.listenHost,
      port: node.port,
      tls: { certFile: tls.cert, keyFile: tls.key },
    },
    auth: {
      tokens: own ? tokenEntries(own, node.mspId, new Map(services.map(({ id, mspId }) => [id, mspId]))) : [],
    },
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
        ledger,
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
        mqtt:
          node.mqttPort === undefined
            ? {
                external: {
                  url: setting.brokerUrl,
                  username: GATEWAY,
                  ...(setting.brokerCertificates && { certificates: setting.brokerCertificates }),
                },
              }
            : {
                host: setting.listenHost,
                port: node.mqttPort,
                tls: { certFile: tls.cert, keyFile: tls.key },
              },
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
