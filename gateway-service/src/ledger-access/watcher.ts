import { EVENTS, accessControl, type EventPayload, type SubscriptionState } from '@careledger/contracts';
import type { ChannelName } from '@careledger/domain';
import type { LedgerChannel } from '@careledger/ledger';
import type { Logger, Worker } from '@careledger/service-kit';
import type { Patients } from '../patients/index.js';
import type { PatientProgress } from '../patients/progress.js';
import type { GatewayStore } from '../store/index.js';
import { startFollowing } from './following.js';
import type { OrganisationDirectory } from './organisation-directory.js';

/** How far each channel's events were followed. */
const CHECKPOINTS: Readonly<Record<ChannelName, string>> = {
  authorities: 'gateway-directory',
  cloud: 'gateway-recoveries/cloud',
};

const { SubscriptionChanged, OrganisationsChanged, PatientsChanged, PolicyChanged } = EVENTS;
const ON_AUTHORITIES = { SubscriptionChanged, OrganisationsChanged, PatientsChanged, PolicyChanged };
/** What is opened, given or revoked there alone is no secret from the patient. */
const ON_CLOUD = { PatientsChanged, PolicyChanged };

export interface WatcherOptions {
  readonly ledger: { channel(name: ChannelName): Pick<LedgerChannel, 'events'> };
  readonly directory: Pick<OrganisationDirectory, 'forget'>;
  /** `consent/subscription-store.ts`; within a transaction. */
  readonly subscriptions: { put(patientNo: number, subscription: SubscriptionState): void };
  readonly patients: Pick<Patients, 'find'>;
  readonly store: Pick<GatewayStore, 'deferred' | 'sync'>;
  readonly progress: Pick<PatientProgress, 'notify'>;
  /** `consent/rotations.ts`: holds a patient's keys against the ledger's. */
  readonly rotations: { compare(patientId: string): Promise<void> };
  /** `consent/heard-recoveries.ts` */
  readonly heardRecoveries: { hear(patientId: string, channel: 'cloud'): Promise<void> };
  /** `consent/heard-policies.ts` */
  readonly heardPolicies: { hear(news: EventPayload<'PolicyChanged'>, txId: string): Promise<void> };
  readonly logger: Pick<Logger, 'warn' | 'error'>;
}

/**
 * Follows what others change on the channels: subscriptions, keys, recoveries and policies of this gateway's patients, keys of
 * organisations. What is kept of an event is on disk before it counts as read.
 */
export function startWatchers(options: WatcherOptions): Worker[] {
  const { logger } = options;
  return [
    startFollowing('watch-authorities', (signal) => watchAuthorities(options, signal), logger),
    startFollowing('watch-cloud', (signal) => watchCloud(options, signal), logger),
  ];
}

async function watchAuthorities(options: WatcherOptions, signal: AbortSignal): Promise<void> {
  const { ledger, directory, rotations, heardPolicies } = options;
  const following = { checkpoint: CHECKPOINTS.authorities, schemas: ON_AUTHORITIES, signal };
  for await (const event of ledger.channel('authorities').events(accessControl, following)) {
    switch (event.name) {
      case 'OrganisationsChanged':
        directory.forget(event.payload.ids);
        break;
      case 'PatientsChanged':
        for (const patientId of whoMayHaveChanged(event.payload)) await rotations.compare(patientId);
        break;
      case 'PolicyChanged':
        await heardPolicies.hear(event.payload, event.transactionId);
        break;
      case 'SubscriptionChanged':
        await keepSubscriptions(options, event.payload);
        break;
    }
    await event.ack();
  }
}

async function watchCloud(options: WatcherOptions, signal: AbortSignal): Promise<void> {
  const { ledger, heardRecoveries, heardPolicies } = options;
  const following = { checkpoint: CHECKPOINTS.cloud, schemas: ON_CLOUD, signal };
  for await (const event of ledger.channel('cloud').events(accessControl, following)) {
    if (event.name === 'PolicyChanged') await heardPolicies.hear(event.payload, event.transactionId);
    else
      for (const patientId of whoMayHaveChanged(event.payload))
        await heardRecoveries.hear(patientId, 'cloud');
    await event.ack();
  }
}

/** Of whoever was registered just now nothing was there before: behind hundreds of them nobody's other key is heard of late. */
const whoMayHaveChanged = ({ patientIds, areNew }: EventPayload<'PatientsChanged'>): readonly string[] =>
  areNew === true ? [] : patientIds;

async function keepSubscriptions(
  { patients, store, subscriptions, progress }: WatcherOptions,
  { subscriptions: changed }: EventPayload<'SubscriptionChanged'>,
): Promise<void> {
  const own = changed.flatMap((subscription) => {
    const patientNo = patients.find(subscription.patientId)?.patientNo;
    return patientNo === undefined ? [] : [{ patientNo, subscription }];
  });
  if (own.length === 0) return;
  store.deferred(() => {
    for (const { patientNo, subscription } of own) subscriptions.put(patientNo, subscription);
  });
  await store.sync();
  for (const { patientNo } of own) progress.notify(patientNo);
}
