import type { ServiceApp } from '@careledger/service-kit';
import type { AnsweredWork } from '../outbox/answered-work.js';
import type { SealedBox } from '../store/sealed-box.js';
import { ChangeStore } from './change-store.js';
import { ChangeTask, type ChangeTaskOptions } from './change-task.js';
import { addSubscriptionRoutes } from './routes.js';
import { SubscriptionService, type SubscriptionServiceOptions } from './subscription-service.js';

export interface SubscriptionsOptions
  extends
    Omit<SubscriptionServiceOptions, 'changes' | 'outbox'>,
    Omit<ChangeTaskOptions, 'changes'>,
    AnsweredWork {
  readonly box: SealedBox;
}

/** Subscriptions: asked of patients, listed, cancelled. */
export async function subscriptionsPlugin(app: ServiceApp, options: SubscriptionsOptions): Promise<void> {
  const { box, outbox, store } = options;
  const changes = new ChangeStore(store, box);
  outbox.handle('subscription', new ChangeTask({ ...options, changes }));
  addSubscriptionRoutes(app, {
    ...options,
    changes,
    service: new SubscriptionService({ ...options, changes }),
  });
}
