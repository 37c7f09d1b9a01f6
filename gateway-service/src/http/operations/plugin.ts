import type { ServiceApp } from '@careledger/service-kit';
import { addHealth, type HealthSources } from './health.js';
import { addMetrics, type MetricsSources } from './metrics.js';
import { addOperationRoutes } from './routes.js';
import { OperationService, type OperationServiceOptions } from './service.js';

export type OperationsOptions = OperationServiceOptions & HealthSources & MetricsSources;

/** What whoever runs the gateway looks at: what is on its way, health, metrics; and attestations. */
export async function operationsPlugin(app: ServiceApp, options: OperationsOptions): Promise<void> {
  addOperationRoutes(app, new OperationService(options));
  addHealth(app, options);
  addMetrics(app, options);
}
