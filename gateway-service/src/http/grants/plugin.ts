import type { ServiceApp } from '@careledger/service-kit';
import { addGrantRoutes } from './routes.js';
import { GrantService, type GrantServiceOptions } from './service.js';

/** Grants and revocations: the patient's decisions. */
export async function grantsPlugin(app: ServiceApp, options: GrantServiceOptions): Promise<void> {
  addGrantRoutes(app, new GrantService(options));
}
