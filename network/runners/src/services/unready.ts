import type { Finding } from '@careledger/network-admin';
import { trustedRoots } from './credentials.js';
import type { ServiceLayout } from './layout.js';
import { unreadyReason, type Addressed } from './readiness.js';

/**
 * Those of the services that are not ready, and why.
 * @param remedy the command that fixes it
 */
export async function unreadyServices(
  layout: ServiceLayout,
  services: readonly Addressed[],
  remedy: (service: Addressed) => string,
): Promise<Finding[]> {
  if (services.length === 0) return [];
  const roots = await trustedRoots(layout);
  const findings: Finding[] = [];
  for (const service of services) {
    const reason = await unreadyReason(service, roots);
    if (reason !== undefined)
      findings.push({ problem: `${service.id} is not ready: ${reason}`, fix: remedy(service) });
  }
  return findings;
}
