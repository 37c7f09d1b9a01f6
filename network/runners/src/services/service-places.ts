import type { PemPair } from '@careledger/network-admin';
import type { ServiceNode } from './service-node.js';

/** Where a service finds its files: absolute paths on the machine, or in the container, that it runs in. */
export interface ServicePlaces {
  readonly connection: string;
  /** Certificate and key that it serves. */
  readonly tls: PemPair;
  /** Its client identity at its organisation's peer. */
  readonly identity: PemPair;
  /** Its store and keys. */
  readonly data: string;
}

/** What differs between the runners, about every service alike. */
export interface ServiceSetting {
  readonly places: (node: ServiceNode) => ServicePlaces;
  /** Interface to listen on. */
  readonly listenHost: string;
  /** The broker of gateways that bring none of their own: `mqtts://host:port`. */
  readonly brokerUrl?: string;
  /** Who certifies devices for that broker, and the folder in which it looks for revocation lists. */
  readonly brokerCertificates?: {
    readonly authorityCertFile: string;
    readonly authorityKeyFile: string;
    readonly revocationsDir: string;
  };
}
