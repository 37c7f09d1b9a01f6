import { TLS_FIELDS } from '@careledger/network-admin';
import type { ChaincodeHostNode } from '@careledger/network-definition';

/** PEM texts of the connection from a peer to its chaincode. */
export interface ChaincodeTls {
  /** TLS authority of the chaincode host. */
  readonly rootCert: string;
  readonly clientCert: string;
  readonly clientKey: string;
}

/** The JSON that fills the fields of the chaincode packages at one peer: addresses and certificates. */
export function builderConfig(host: ChaincodeHostNode, tls: ChaincodeTls): string {
  const addresses = Object.entries(host.ports).map(([field, port]) => [field, `${host.host}:${port}`]);
  return JSON.stringify({
    ...Object.fromEntries(addresses),
    [TLS_FIELDS.rootCert]: tls.rootCert,
    [TLS_FIELDS.clientCert]: tls.clientCert,
    [TLS_FIELDS.clientKey]: tls.clientKey,
  });
}
