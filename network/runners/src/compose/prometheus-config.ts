import type { IdentityNode, NetworkPlan, ServiceNode } from '@careledger/network-definition';
import { stringify } from 'yaml';
import { CONFIG } from './container-paths.js';

const SCRAPE_INTERVAL = '15s';
/** Names of the files beside prometheus.yaml. */
export const MONITORING_ROOT_FILE = 'monitoring-ca.pem';
export const tokenFile = (service: string): string => `${service}.token`;

const CLIENT_TLS = {
  ca_file: `${CONFIG}/ca.pem`,
  cert_file: `${CONFIG}/tls/cert.pem`,
  key_file: `${CONFIG}/tls/key.pem`,
} as const;

/** Prometheus' configuration: every Fabric node by client certificate, every service by a bearer token of its own. */
export function prometheusConfig(
  plan: NetworkPlan,
  services: readonly (ServiceNode | IdentityNode)[],
): string {
  const fabric = (
    job: string,
    nodes: readonly { host: string; operationsPort: number; mspId: string }[],
  ) => ({
    job_name: job,
    scheme: 'https',
    tls_config: CLIENT_TLS,
    static_configs: nodes.map(({ host, operationsPort, mspId }) => ({
      targets: [`${host}:${operationsPort}`],
      labels: { node: host, organization: mspId },
    })),
  });
  const config = {
    global: { scrape_interval: SCRAPE_INTERVAL, evaluation_interval: SCRAPE_INTERVAL },
    rule_files: ['/etc/prometheus/rules.yaml'],
    scrape_configs: [
      fabric('orderers', plan.orderers),
      fabric('peers', plan.peers),
      ...services.map(({ id, mspId, host, port }) => ({
        job_name: id,
        scheme: 'https',
        tls_config: { ca_file: CLIENT_TLS.ca_file },
        authorization: { credentials_file: `${CONFIG}/${tokenFile(id)}` },
        static_configs: [{ targets: [`${host}:${port}`], labels: { node: id, organization: mspId } }],
      })),
    ],
  };
  return stringify(config, { aliasDuplicateObjects: false });
}

/** Prometheus' own API: TLS, and only for those whom the monitoring's authority certified. */
export function prometheusWebConfig(): string {
  return stringify({
    tls_server_config: {
      cert_file: CLIENT_TLS.cert_file,
      key_file: CLIENT_TLS.key_file,
      client_auth_type: 'RequireAndVerifyClientCert',
      client_ca_file: `${CONFIG}/${MONITORING_ROOT_FILE}`,
    },
  });
}

/** How the healthcheck calls that API. */
export function prometheusProbeConfig(): string {
  return stringify({ tls_config: CLIENT_TLS });
}
