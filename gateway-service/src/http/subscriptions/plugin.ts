import type { ServiceApp } from '@careledger/service-kit';
import { addSubscriptionRoutes } from './routes.js';
import { SubscriptionService, type SubscriptionServiceOptions } from './service.js';

/** Subscriptions: who asks for a patient's records, and the patient's answer. */
export async function subscriptionsPlugin(
  app: ServiceApp,
  options: SubscriptionServiceOptions,
): Promise<void> {
  addSubscriptionRoutes(app, new SubscriptionService(options));
}
