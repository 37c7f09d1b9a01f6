import type { OrganizationDefinition } from '@careledger/network-definition';

/** Who monitors: a TLS authority of its own, so that its certificates open operations endpoints and nothing else. */
export const MONITORING_MSP = 'MonitoringMSP';

export const MONITORING_ORGANIZATION: OrganizationDefinition = {
  mspId: MONITORING_MSP,
  name: 'monitoring',
  domain: 'monitoring.careledger.example',
};

/** Its containers. */
export const PROMETHEUS = 'prometheus';
export const GRAFANA = 'grafana';
