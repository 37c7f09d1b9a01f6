import type { Jobs, ServiceApp } from '@careledger/service-kit';
import { flushesOf } from './flushes.js';
import { addHealth, type HealthSources } from './health.js';
import { addMetrics, type MetricsSources } from './metrics.js';
import { addOperationRoutes } from './routes.js';
import { OperationService, type OperationServiceOptions } from './service.js';

export type OperationsOptions = OperationServiceOptions &
  HealthSources &
  MetricsSources & { readonly jobs: Pick<Jobs, 'perform'> };

/** What whoever runs the gateway looks at: what is on its way, health, metrics; and attestations. */
export async function operationsPlugin(app: ServiceApp, options: OperationsOptions): Promise<void> {
  const operations = new OperationService(options);
  addOperationRoutes(app, operations, flushesOf(operations, options.jobs));
  addHealth(app, options);
  addMetrics(app, options);
}
