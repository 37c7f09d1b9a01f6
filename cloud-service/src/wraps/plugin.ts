import type { ServiceApp } from '@careledger/service-kit';
import { Recipients } from './recipients.js';
import { addWrapRoutes } from './routes.js';
import { WrapService, type WrapServiceOptions } from './wrap-service.js';

/** Who holds the key of a version: sets of wraps, read and replaced. */
export async function wrapsPlugin(
  app: ServiceApp,
  options: Omit<WrapServiceOptions, 'recipients'>,
): Promise<void> {
  const { clock, ownPeer } = options;
  const recipients = new Recipients(ownPeer, clock);
  addWrapRoutes(app, new WrapService({ ...options, recipients }));
}
