import type { NetworkPlan } from '../resolve.js';
import type { ServiceNode, ServiceProgram } from './service-node.js';
import { trustedIssuers, type TrustedIssuer } from './trusted-issuer.js';
import { systemTokenOf, tokenEntry, type ServiceToken, type TokenEntry } from './service-token.js';

/** PEM files of a certificate that is served. */
export interface TlsFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

/** A broker that runs elsewhere; its password comes in a file that the environment names. */
export interface ExternalBroker {
  readonly url: string;
  readonly username: string;
  /** Who certifies devices for it, and the folder in which it looks for revocation lists. */
  readonly certificates?: {
    readonly authorityCertFile: string;
    readonly authorityKeyFile: string;
    readonly revocationsDir: string;
  };
}

/** What whoever runs a service decides: where it listens, and where it finds its files, in its own view. */
export interface ServiceSetting {
  /** Interface to listen on. */
  readonly listenHost: string;
  /** Certificate and key that it serves; plain HTTP and MQTT without them. */
  readonly tls?: TlsFiles;
  readonly connectionFile: string;
  /** Its client identity at its organisation's peer. */
  readonly identity: { readonly certificateFile: string; readonly privateKeyFile: string };
  /** Its store and keys. */
  readonly dataDir: string;
  /** Opens the key store; absent where the environment names a file with it. */
  readonly keyPassphrase?: string;
  /** Of a gateway: who keeps patients' consent keys. */
  readonly consentKeys?: ConsentKeepers;
  /** The broker of a gateway that brings none of its own. */
  readonly broker?: ExternalBroker;
}

export interface ServiceConfigOptions {
  readonly plan: Pick<NetworkPlan, 'channels' | 'identities'>;
  /** What statements name as their audience. */
  readonly networkId: string;
  /** All that run beside one another; providers are tried in this order. */
  readonly services: readonly ServiceNode[];
  /** The tokens that a service takes. */
  readonly tokensAt: (service: ServiceNode) => readonly ServiceToken[];
  readonly setting: ServiceSetting;
}

/** What every service's configuration says. */
interface CommonConfig {
  readonly networkId: string;
  readonly dataDir: string;
  readonly keyPassphrase?: string;
  readonly http: { readonly host: string; readonly port: number; readonly tls?: TlsFiles };
  readonly auth: { readonly tokens: readonly TokenEntry[] };
  readonly ledger: {
    readonly connectionFile: string;
    readonly mspId: string;
    readonly certificateFile: string;
    readonly privateKeyFile: string;
    readonly peerMspIds?: Readonly<Record<string, readonly string[]>>;
  };
}

interface ProviderAccess {
  readonly providerId: string;
  readonly url: string;
  readonly token: string;
}

export interface CloudConfigFile extends CommonConfig {
  readonly providerId: string;
  readonly endpoint: string;
  readonly providers: readonly Omit<ProviderAccess, 'url'>[];
}

export interface ApiConfigFile extends CommonConfig {
  readonly authorityId: string;
  readonly kind: string | undefined;
  readonly endpoint: string;
  readonly auth: CommonConfig['auth'] & { readonly issuers?: readonly TrustedIssuer[] };
  readonly providers: readonly ProviderAccess[];
}

type ConsentKeepers = 'patient' | 'gateway';

export interface GatewayConfigFile extends CommonConfig {
  readonly gatewayId: string;
  /** Who keeps patients' consent keys, where the deployment says; the gateway's own default otherwise. */
  readonly consentKeys?: ConsentKeepers;
  readonly mqtt:
    | { readonly external: ExternalBroker | undefined }
    | { readonly host: string; readonly port: number; readonly tls?: TlsFiles };
  readonly providers: readonly ProviderAccess[];
  readonly authorities: readonly { readonly authorityId: string; readonly token: string }[];
}

export type ServiceConfigFile = CloudConfigFile | ApiConfigFile | GatewayConfigFile;

/**
 * The configuration of a service, as its schema has it: what the network's definition says, with ports, tokens and
 * files of whoever runs it. No other code puts one together; what one caller alone sets it adds itself.
 */
export function serviceConfig(service: ServiceNode, options: ServiceConfigOptions): ServiceConfigFile {
  switch (service.program) {
    case 'cloud':
      return cloudConfig(service, options);
    case 'api':
      return apiConfig(service, options);
    case 'gateway':
      return gatewayConfig(service, options);
  }
}

function cloudConfig(service: ServiceNode, options: ServiceConfigOptions): CloudConfigFile {
  return {
    ...commonConfig(service, options),
    providerId: service.name,
    endpoint: service.url,
    // It calls them where the ledger says they are.
    providers: providersFor(service, options).map(({ providerId, token }) => ({ providerId, token })),
  };
}

function apiConfig(service: ServiceNode, options: ServiceConfigOptions): ApiConfigFile {
  const common = commonConfig(service, options);
  const issuers = trustedIssuers(service, options.plan.identities);
  return {
    ...common,
    auth: { ...common.auth, ...(issuers.length > 0 && { issuers }) },
    authorityId: service.name,
    kind: service.kind,
    endpoint: service.url,
    providers: providersFor(service, options),
  };
}

function gatewayConfig(service: ServiceNode, options: ServiceConfigOptions): GatewayConfigFile {
  const { listenHost, tls, broker, consentKeys } = options.setting;
  return {
    ...commonConfig(service, options),
    gatewayId: service.name,
    ...(consentKeys !== undefined && { consentKeys }),
    mqtt:
      service.mqttPort === undefined
        ? { external: broker }
        : { host: listenHost, port: service.mqttPort, ...(tls && { tls }) },
    providers: providersFor(service, options),
    authorities: others('api', service, options).map((other) => ({
      authorityId: other.name,
      token: systemTokenOf(options.tokensAt(other), service.mspId),
    })),
  };
}

function commonConfig(service: ServiceNode, options: ServiceConfigOptions): CommonConfig {
  const { mspId, port } = service;
  const { plan, networkId, tokensAt } = options;
  const { listenHost, tls, connectionFile, identity, dataDir, keyPassphrase } = options.setting;
  // Authorities have no peer on channel `cloud`: whoever has one serves them there.
  const withoutOwnPeer = plan.channels.filter(({ members }) => members.includes(mspId));
  return {
    networkId,
    dataDir,
    ...(keyPassphrase !== undefined && { keyPassphrase }),
    http: { host: listenHost, port, ...(tls && { tls }) },
    auth: { tokens: tokensAt(service).map(tokenEntry) },
    ledger: {
      connectionFile,
      mspId,
      ...identity,
      ...(withoutOwnPeer.length > 0 && {
        peerMspIds: Object.fromEntries(
          withoutOwnPeer.map(({ name, organizations }) => [name, organizations]),
        ),
      }),
    },
  };
}

/** The providers as another service calls them. */
const providersFor = (service: ServiceNode, options: ServiceConfigOptions): ProviderAccess[] =>
  others('cloud', service, options).map((other) => ({
    providerId: other.name,
    url: other.url,
    token: systemTokenOf(options.tokensAt(other), service.mspId),
  }));

const others = (
  program: ServiceProgram,
  service: ServiceNode,
  { services }: ServiceConfigOptions,
): ServiceNode[] => services.filter((other) => other.program === program && other.id !== service.id);
