import { EVENTS, records } from '@careledger/contracts';
import type { ChannelName } from '@careledger/domain';
import type { LedgerChannel } from '@careledger/ledger';
import type { Logger, Worker } from '@careledger/service-kit';
import type { OwnVersionStore } from '../delivery/own-version-store.js';
import { startFollowing } from '../ledger-access/following.js';
import type { Patients } from '../patients/index.js';
import type { GatewayStore } from '../store/index.js';
import type { ReceivedStore } from './received-store.js';

/** By channel: how far one has been read says nothing of the other. */
const checkpointOf = (channel: ChannelName): string => `gateway-received/${channel}`;
const { RecordsStored, RecordsAnnounced } = EVENTS;

/** A version of which a channel tells. */
interface Told {
  readonly patientId: string;
  readonly recordId: string;
  readonly version: number;
}

export interface HearingOptions {
  readonly ledger: { channel(name: ChannelName): Pick<LedgerChannel, 'events'> };
  readonly received: ReceivedStore;
  readonly versions: Pick<OwnVersionStore, 'find'>;
  readonly patients: Pick<Patients, 'find'>;
  readonly store: Pick<GatewayStore, 'deferred' | 'sync'>;
  readonly clock: () => number;
  readonly logger: Pick<Logger, 'warn' | 'error'>;
}

/** Goes on with a version that was heard of. */
export type OnHeard = (patientNo: number, versionNo: number) => void;

/**
 * Follows both channels, from where each was left off, and keeps the versions that others than this gateway have made of its
 * patients. A version is on disk before its event counts as read.
 */
export function startHearing(options: HearingOptions, onHeard: OnHeard): Worker[] {
  const { ledger, logger } = options;
  const worker = (channel: ChannelName, follow: (signal: AbortSignal) => Promise<void>): Worker =>
    startFollowing(`hear-${channel}`, follow, logger);
  return [
    worker('cloud', async (signal) => {
      const following = { checkpoint: checkpointOf('cloud'), schemas: { RecordsStored }, signal };
      for await (const event of ledger.channel('cloud').events(records, following)) {
        await hear(options, 'cloud', event.payload.records, onHeard);
        await event.ack();
      }
    }),
    worker('authorities', async (signal) => {
      const following = { checkpoint: checkpointOf('authorities'), schemas: { RecordsAnnounced }, signal };
      for await (const event of ledger.channel('authorities').events(records, following)) {
        await hear(options, 'authorities', event.payload.records, onHeard);
        await event.ack();
      }
    }),
  ];
}

async function hear(
  { received, versions, patients, store, clock }: HearingOptions,
  channel: ChannelName,
  told: readonly Told[],
  onHeard: OnHeard,
): Promise<void> {
  const heard = told.flatMap(({ patientId, recordId, version }) => {
    const patientNo = patients.find(patientId)?.patientNo;
    if (patientNo === undefined || versions.find(recordId, version)?.patientNo === patientNo) return [];
    return [{ patientNo, recordId, version }];
  });
  if (heard.length === 0) return;
  const numbers = store.deferred(() => heard.map((each) => received.heard(each, channel, clock())));
  await store.sync();
  for (const [index, { patientNo }] of heard.entries()) onHeard(patientNo, numbers[index] ?? 0);
}
