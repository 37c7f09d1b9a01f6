import type { ServiceApp } from '@careledger/service-kit';
import { RevocationService, type RevocationServiceOptions } from './revocation-service.js';
import { addRevocationRoutes } from './routes.js';

/** What patients take back, relayed to the channels that it names. */
export async function revocationsPlugin(app: ServiceApp, options: RevocationServiceOptions): Promise<void> {
  addRevocationRoutes(app, new RevocationService(options));
}
