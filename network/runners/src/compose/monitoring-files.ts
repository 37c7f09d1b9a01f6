import { mkdir, readFile } from 'node:fs/promises';
import { writePublic, writeSecret } from '@careledger/network-admin';
import { servicesOf, type NetworkPlan } from '@careledger/network-definition';
import { ensureSecretFile, MONITORING, type ServiceSecrets } from '../services/secrets.js';
import type { ComposeLayout } from './layout.js';
import { GRAFANA, MONITORING_MSP, PROMETHEUS } from './monitoring.js';
import {
  MONITORING_ROOT_FILE,
  prometheusConfig,
  prometheusProbeConfig,
  prometheusWebConfig,
  tokenFile,
} from './prometheus-config.js';

/** Writes what Prometheus and Grafana read when they start, whether or not this deployment runs them. */
export async function writeMonitoringFiles(
  plan: NetworkPlan,
  layout: ComposeLayout,
  secrets: ReadonlyMap<string, ServiceSecrets>,
): Promise<void> {
  const prometheus = (name: string): string => layout.nodeFile(MONITORING_MSP, PROMETHEUS, name);
  const grafana = (name: string): string => layout.nodeFile(MONITORING_MSP, GRAFANA, name);
  const roots = await readFile(layout.tlsRoots);
  await Promise.all([
    writePublic(
      prometheus('prometheus.yaml'),
      prometheusConfig(plan, [...servicesOf(plan), ...plan.identities]),
    ),
    writePublic(prometheus('web.yaml'), prometheusWebConfig()),
    writePublic(prometheus('probe.yaml'), prometheusProbeConfig()),
    writePublic(prometheus('ca.pem'), roots),
    writePublic(prometheus(MONITORING_ROOT_FILE), await readFile(layout.tlsCa(MONITORING_MSP).cert)),
    ...[...secrets].map(([service, { tokens }]) =>
      writeSecret(prometheus(tokenFile(service)), tokens[MONITORING] ?? ''),
    ),
    writePublic(grafana('ca.pem'), roots),
    ensureSecretFile(grafana('admin-password')),
    ...[PROMETHEUS, GRAFANA].map((id) => mkdir(layout.data(id), { recursive: true, mode: 0o700 })),
  ]);
}
