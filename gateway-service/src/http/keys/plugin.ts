import type { ServiceApp } from '@careledger/service-kit';
import { addKeyRoutes } from './routes.js';
import { KeyService, type KeyServiceOptions } from './service.js';

/** The patient's keys, and what guards them. */
export async function keysPlugin(app: ServiceApp, options: KeyServiceOptions): Promise<void> {
  addKeyRoutes(app, new KeyService(options));
}
