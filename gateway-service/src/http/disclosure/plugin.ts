import type { ServiceApp } from '@careledger/service-kit';
import { addDisclosureRoutes } from './routes.js';
import { DisclosureService, type DisclosureServiceOptions } from './service.js';

/** What a patient is told of who asked for what, in a form that is checked elsewhere. */
export async function disclosurePlugin(app: ServiceApp, options: DisclosureServiceOptions): Promise<void> {
  addDisclosureRoutes(app, new DisclosureService(options));
}
