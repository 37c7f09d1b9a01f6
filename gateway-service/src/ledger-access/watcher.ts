import { EVENTS, accessControl, type SubscriptionState } from '@careledger/contracts';
import type { LedgerChannel } from '@careledger/ledger';
import { startWorker, type Logger, type Worker } from '@careledger/service-kit';
import type { Patients } from '../patients/index.js';
import type { PatientProgress } from '../patients/progress.js';
import type { GatewayStore } from '../store/index.js';
import type { OrganisationDirectory } from './organisation-directory.js';

const CHECKPOINT = 'gateway-directory';
/** Until the stream is opened again after it ended, which it does only at a stop. */
const REOPEN_MS = 1_000;

export interface WatcherOptions {
  readonly ledger: { channel(name: 'authorities'): Pick<LedgerChannel, 'events'> };
  readonly directory: Pick<OrganisationDirectory, 'forget'>;
  /** `consent/subscription-store.ts`; within a transaction. */
  readonly subscriptions: { put(patientNo: number, subscription: SubscriptionState): void };
  readonly patients: Pick<Patients, 'find'>;
  readonly store: Pick<GatewayStore, 'deferred'>;
  readonly progress: Pick<PatientProgress, 'notify'>;
  /** `consent/rotations.ts`: holds a patient's keys against the ledger's. */
  readonly rotations: { compare(patientId: string): Promise<void> };
  readonly logger: Pick<Logger, 'warn' | 'error'>;
}

/** Follows what others change on `authorities`: subscriptions and keys of this gateway's patients, keys of organisations. */
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
  const { ledger, directory, subscriptions, patients, store, progress, rotations } = options;
  const { SubscriptionChanged, OrganisationsChanged, PatientsChanged } = EVENTS;
  const events = ledger.channel('authorities').events(accessControl, {
    checkpoint: CHECKPOINT,
    schemas: { SubscriptionChanged, OrganisationsChanged, PatientsChanged },
    signal,
  });
  for await (const event of events) {
    if (event.name === 'OrganisationsChanged') directory.forget(event.payload.ids);
    else if (event.name === 'PatientsChanged') {
      // Behind hundreds who were enrolled at once nobody's other key is heard of late.
      if (event.payload.areNew !== true)
        for (const patientId of event.payload.patientIds) await rotations.compare(patientId);
    } else
      for (const subscription of event.payload.subscriptions) {
        const patient = patients.find(subscription.patientId);
        if (patient === undefined) continue;
        store.deferred(() => subscriptions.put(patient.patientNo, subscription));
        progress.notify(patient.patientNo);
      }
    await event.ack();
  }
}
