import type { IdentityNode } from '../resolve.js';
import type { ServiceSetting } from './service-config.js';
import type { ServiceNode } from './service-node.js';
import { tokenEntry, type ServiceToken, type TokenEntry } from './service-token.js';

/** What whoever runs the provider decides; of a service's setting that which is no matter of the ledger. */
export type IdentitySetting = Pick<ServiceSetting, 'listenHost' | 'tls' | 'dataDir' | 'keyPassphrase'>;

/** Configuration of an organisation's OpenID provider, as its schema has it. */
export interface IdentityConfigFile {
  readonly issuer: string;
  readonly organisation: string;
  readonly dataDir: string;
  readonly keyPassphrase?: string;
  readonly audiences: readonly string[];
  readonly http: { readonly host: string; readonly port: number; readonly tls?: IdentitySetting['tls'] };
  readonly auth: { readonly tokens: readonly TokenEntry[] };
}

export interface IdentityConfigOptions {
  /** All services that run beside one another: its tokens are for those of its own organisation. */
  readonly services: readonly ServiceNode[];
  /** The tokens that it takes: who launches apps, who reads its metrics. */
  readonly tokens: readonly ServiceToken[];
  readonly setting: IdentitySetting;
}

/** The configuration of an organisation's OpenID provider; `trustedIssuers` is the other half of it. */
export function identityConfig(
  { mspId, organization, port, url }: IdentityNode,
  { services, tokens, setting }: IdentityConfigOptions,
): IdentityConfigFile {
  const { listenHost, tls, dataDir, keyPassphrase } = setting;
  return {
    issuer: url,
    organisation: organization,
    dataDir,
    ...(keyPassphrase !== undefined && { keyPassphrase }),
    audiences: services.filter((service) => service.mspId === mspId).map((service) => service.url),
    http: { host: listenHost, port, ...(tls && { tls }) },
    auth: { tokens: tokens.map(tokenEntry) },
  };
}
