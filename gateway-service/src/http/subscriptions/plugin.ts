import type { ServiceApp } from '@careledger/service-kit';
import type { Decisions } from '../decisions/decisions.js';
import { addSubscriptionRoutes } from './routes.js';
import { SubscriptionService, type SubscriptionServiceOptions } from './service.js';

export interface SubscriptionsOptions extends SubscriptionServiceOptions {
  readonly decisions: Decisions;
}

/** Subscriptions: who asks for a patient's records, and the patient's answer. */
export async function subscriptionsPlugin(app: ServiceApp, options: SubscriptionsOptions): Promise<void> {
  addSubscriptionRoutes(app, new SubscriptionService(options), options.decisions);
}
