import type { AnsweredWork } from '../outbox/answered-work.js';
import type { SealedBox } from '../store/sealed-box.js';
import { ChangeStore } from './change-store.js';
import { ChangeTask, type ChangeTaskOptions } from './change-task.js';
import { changeWork, type ChangeWork } from './change-work.js';
import { SubscriptionService, type SubscriptionServiceOptions } from './subscription-service.js';

export interface SubscriptionRequestsOptions
  extends
    Omit<SubscriptionServiceOptions, 'changes' | 'outbox'>,
    Omit<ChangeTaskOptions, 'changes'>,
    AnsweredWork {
  readonly box: SealedBox;
}

/** What asks patients for subscriptions and takes that back, for every route that does. */
export interface SubscriptionRequests extends ChangeWork {
  readonly service: SubscriptionService;
}

/** What earlier runs left goes on from here on. */
export function subscriptionRequests(options: SubscriptionRequestsOptions): SubscriptionRequests {
  const { box, outbox, store } = options;
  const changes = new ChangeStore(store, box);
  outbox.handle('subscription', new ChangeTask({ ...options, changes }));
  return {
    service: new SubscriptionService({ ...options, changes }),
    ...changeWork({ ...options, changes }),
  };
}
