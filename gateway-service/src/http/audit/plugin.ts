import type { ServiceApp } from '@careledger/service-kit';
import { addAuditRoutes } from './routes.js';
import { AuditService, type AuditServiceOptions } from './service.js';

/** Audit: accesses, visits and check-ins. */
export async function auditPlugin(app: ServiceApp, options: AuditServiceOptions): Promise<void> {
  addAuditRoutes(app, new AuditService(options));
}
