import type { ServiceApp } from '@careledger/service-kit';
import type { SubscriptionRequests } from './subscription-requests.js';
import { addSubscriptionRoutes } from './routes.js';

export interface SubscriptionsOptions {
  readonly subscriptions: SubscriptionRequests;
  readonly answerWithinMs: number;
}

/** Subscriptions: asked of patients, listed, cancelled. */
export async function subscriptionsPlugin(
  app: ServiceApp,
  { subscriptions, answerWithinMs }: SubscriptionsOptions,
): Promise<void> {
  addSubscriptionRoutes(app, { ...subscriptions, answerWithinMs });
}
