import type { ServiceApp } from '@careledger/service-kit';
import { addReceivedRoutes } from './routes.js';
import { ReceivedService, type ReceivedServiceOptions } from './service.js';

/** Records that authorities have written, for the patient to read. */
export async function receivedPlugin(app: ServiceApp, options: ReceivedServiceOptions): Promise<void> {
  addReceivedRoutes(app, new ReceivedService(options));
}
