import { EVENTS, accessControl } from '@careledger/contracts';
import type { LedgerChannel } from '@careledger/ledger';
import { startWorker, type Logger, type Worker } from '@careledger/service-kit';
import type { SubscriptionStore } from '../consent/subscription-store.js';
import type { Patients } from '../patients/index.js';
import type { GatewayStore } from '../store/index.js';
import type { Directory } from './authorities.js';

const CHECKPOINT = 'gateway-directory';
/** Until the stream is opened again after it ended, which it does only at a stop. */
const REOPEN_MS = 1_000;

export interface WatcherOptions {
  readonly authorities: () => Pick<LedgerChannel, 'events'>;
  readonly directory: Pick<Directory, 'forget'>;
  readonly subscriptions: SubscriptionStore;
  readonly patients: Pick<Patients, 'find'>;
  readonly store: Pick<GatewayStore, 'deferred'>;
  readonly onSubscription: (patientNo: number) => void;
  readonly logger: Pick<Logger, 'warn' | 'error'>;
}

/** Follows what others change on `authorities`: subscriptions of this gateway's patients, keys of organisations. */
export function startWatcher(options: WatcherOptions): Worker {
  return startWorker({
    name: 'watch-authorities',
    idleMs: REOPEN_MS,
    logger: options.logger,
    run: async (signal) => {
      await watch(options, signal);
      return false;
    },
  });
}

async function watch(options: WatcherOptions, signal: AbortSignal): Promise<void> {
  const { authorities, directory, subscriptions, patients, store, onSubscription } = options;
  const { SubscriptionChanged, OrganisationsChanged } = EVENTS;
  const events = authorities().events(accessControl, {
    checkpoint: CHECKPOINT,
    schemas: { SubscriptionChanged, OrganisationsChanged },
    signal,
  });
  for await (const event of events) {
    if (event.name === 'OrganisationsChanged') directory.forget(event.payload.ids);
    else
      for (const subscription of event.payload.subscriptions) {
        const patient = patients.find(subscription.patientId);
        if (patient === undefined) continue;
        store.deferred(() => subscriptions.put(patient.patientNo, subscription));
        onSubscription(patient.patientNo);
      }
    await event.ack();
  }
}
