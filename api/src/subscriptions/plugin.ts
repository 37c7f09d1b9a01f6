import type { ServiceApp } from '@careledger/service-kit';
import { addSubscriptionRoutes } from './routes.js';
import { SubscriptionService, type SubscriptionServiceOptions } from './subscription-service.js';

/** Subscriptions: asked of patients, listed, cancelled. */
export async function subscriptionsPlugin(
  app: ServiceApp,
  options: SubscriptionServiceOptions,
): Promise<void> {
  addSubscriptionRoutes(app, new SubscriptionService(options));
}
