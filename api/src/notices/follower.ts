import {
  EVENTS,
  accessControl,
  records,
  type AnnouncedRecordState,
  type EventPayload,
  type GrantState,
  type SubscriptionState,
} from '@careledger/contracts';
import type { LedgerEvent } from '@careledger/ledger';
import { isDenial } from '@careledger/policy';
import { startWorker, type Backoff, type Logger, type Worker } from '@careledger/service-kit';
import type { Channel } from '../ledger-port.js';
import type { MirrorStore } from '../policy/mirror-store.js';
import type { Policy } from '../policy/policy.js';
import type { Registrations } from '../policy/registrations.js';
import type { Store } from '../store/store.js';
import type { Announcements } from './announcements.js';
import type { NoticeLog } from './notice-log.js';

/** A reader that failed (rather than lost its connection, which it restores itself) begins again after this. */
const FOLLOWER_BACKOFF: Backoff = { minMs: 200, maxMs: 5_000 };

const { PatientsChanged, OrganisationsChanged, PolicyChanged, SubscriptionChanged } = EVENTS;
const CONSENT_EVENTS = { PatientsChanged, OrganisationsChanged, PolicyChanged, SubscriptionChanged };
const { RecordsAnnounced, TagsConfirmed, VisitRecorded, ForkReported } = EVENTS;
const RECORD_EVENTS = { RecordsAnnounced, TagsConfirmed, VisitRecorded, ForkReported };

export interface FollowerOptions {
  readonly authorityId: string;
  readonly authorities: Channel;
  readonly store: Store;
  readonly mirror: MirrorStore;
  readonly policy: Policy;
  readonly registrations: Registrations;
  readonly announcements: Announcements;
  readonly log: NoticeLog;
  /** Heard what was announced and what patients have decided, on disk (`copies/plugin.ts`). */
  readonly copiesMayDiffer?: () => void;
  readonly logger: Logger;
}

/**
 * Reads the events of both chaincodes on channel `authorities` from durable checkpoints, keeps the mirror and logs
 * notices. An event is acknowledged after what it changed is on disk; one that comes again changes nothing.
 */
export class Follower implements AsyncDisposable {
  readonly #options: FollowerOptions;
  readonly #workers: readonly Worker[];

  constructor(options: FollowerOptions) {
    this.#options = options;
    const { authorities, logger } = options;
    this.#workers = [
      startWorker({
        name: 'consent events',
        logger,
        idleMs: FOLLOWER_BACKOFF.maxMs,
        backoff: FOLLOWER_BACKOFF,
        run: async (signal) => {
          const reading = { checkpoint: 'api/access-control', schemas: CONSENT_EVENTS, signal };
          for await (const event of authorities.events(accessControl, reading)) {
            await this.#consentEvent(event);
            options.copiesMayDiffer?.();
            await event.ack();
          }
          return true;
        },
      }),
      startWorker({
        name: 'record events',
        logger,
        idleMs: FOLLOWER_BACKOFF.maxMs,
        backoff: FOLLOWER_BACKOFF,
        run: async (signal) => {
          const reading = { checkpoint: 'api/records', schemas: RECORD_EVENTS, signal };
          for await (const event of authorities.events(records, reading)) {
            await this.#recordEvent(event);
            options.copiesMayDiffer?.();
            await event.ack();
          }
          return true;
        },
      }),
    ];
  }

  get health(): readonly Worker['health'][] {
    return this.#workers.map(({ health }) => health);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.stop()));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #consentEvent(event: LedgerEvent<typeof CONSENT_EVENTS>): Promise<void> {
    const { announcements, registrations, log, store } = this.#options;
    const block = Number(event.blockNumber);
    switch (event.name) {
      case 'PatientsChanged':
        await registrations.patientsChanged(event.payload.patientIds);
        break;
      case 'OrganisationsChanged':
        registrations.organisationsChanged(event.payload.ids);
        break;
      case 'PolicyChanged':
        for (const change of event.payload.changes)
          await this.#policyChanged(change, block, event.transactionId);
        break;
      case 'SubscriptionChanged':
        await this.#subscriptionsChanged(event.payload, event.transactionId);
        break;
    }
    await store.commit(() => announcements.grantsReadUpTo(block));
    log.published();
  }

  async #policyChanged(
    change: EventPayload<'PolicyChanged'>['changes'][number],
    block: number,
    txId: string,
  ): Promise<void> {
    const { announcements, authorityId, registrations, log, mirror, policy, store } = this.#options;
    const { patientId } = change;
    const isOwn = change.granted.some((rule) => rule.authorityId === authorityId);
    if (!isOwn && policy.known(patientId).length === 0) return;
    const consent = await policy.fetch(patientId);
    // Kept now, so that this patient's emergencies can be verified when the ledger is away.
    await registrations.patient(patientId);
    const own = new Map(consent.grants.map((rule) => [rule.grantId, rule]));
    const revoked = change.revoked.filter((grantId) => own.has(grantId));
    const made = change.granted.flatMap(({ grantId }) => own.get(grantId) ?? []);
    const idsOf = (rules: readonly GrantState[]) => rules.map(({ grantId }) => grantId);
    const [granted, denied] = [idsOf(made.filter((rule) => !isDenial(rule))), idsOf(made.filter(isDenial))];
    await store.commit(() => {
      policy.put(patientId, consent);
      for (const grantId of granted) mirror.grantSince(patientId, grantId, block);
      for (const data of answeredBy(granted, consent.subscriptions))
        log.append({
          type: 'subscription',
          source: `subscription/${txId}/${data.subscriptionId}`,
          patientId,
          data,
        });
      announcements.grantsChanged(patientId);
      if (made.length + revoked.length === 0 && change.revokedThroughSeq === undefined) return;
      const active = policy.noticing(patientId).length > 0;
      log.append({
        type: 'policy',
        source: `policy/${txId}/${patientId}`,
        patientId,
        data: { patientId, granted, denied, revoked, active, txId },
      });
    });
  }

  async #subscriptionsChanged(
    { subscriptions }: EventPayload<'SubscriptionChanged'>,
    txId: string,
  ): Promise<void> {
    const { authorityId, log, mirror, store } = this.#options;
    const own = subscriptions.filter((subscription) => subscription.authorityId === authorityId);
    if (own.length === 0) return;
    await store.commit(() => {
      mirror.putSubscriptions(own);
      for (const data of own) {
        const { patientId, subscriptionId } = data;
        const source = `subscription/${txId}/${subscriptionId}`;
        log.append({ type: 'subscription', source, patientId, data });
      }
    });
  }

  async #recordEvent(event: LedgerEvent<typeof RECORD_EVENTS>): Promise<void> {
    const { announcements, authorityId, log, policy, store } = this.#options;
    const block = Number(event.blockNumber);
    const announced = await this.#announcedBy(event);
    await store.commit(() => {
      if (event.name === 'RecordsAnnounced' || event.name === 'TagsConfirmed') {
        announcements.announced(announced, block);
        return;
      }
      if (event.name === 'VisitRecorded') {
        const { visit } = event.payload;
        const { patientId, visitId } = visit;
        if (visit.authorityId === authorityId || policy.noticing(patientId).length > 0)
          log.append({ type: 'visit', source: `visit/${patientId}/${visitId}`, patientId, data: visit });
        return;
      }
      const { patientId, txId } = event.payload;
      if (policy.noticing(patientId).length > 0)
        log.append({ type: 'fork', source: `fork/${txId}`, patientId, data: event.payload });
    });
    log.published();
  }

  /**
   * The versions of which an event tells. One whose tags the patient's gateway has confirmed is told of as if it were announced
   * now: a grant may cover it that did not while its author alone said what it holds.
   */
  async #announcedBy(event: LedgerEvent<typeof RECORD_EVENTS>): Promise<readonly AnnouncedRecordState[]> {
    if (event.name === 'RecordsAnnounced') return event.payload.records;
    if (event.name !== 'TagsConfirmed') return [];
    const { authorities } = this.#options;
    // Whoever the patient is: as with an announcement, the grant of an earlier block may come after it.
    return Promise.all(
      event.payload.records.map((named) => authorities.evaluate(records, 'GetAnnouncement', named)),
    );
  }
}

/** The requests that the patient has approved by these grants, wholly or in part. */
const answeredBy = (
  grantIds: readonly string[],
  subscriptions: readonly SubscriptionState[],
): SubscriptionState[] =>
  subscriptions.filter(({ grantId }) => grantId !== undefined && grantIds.includes(grantId));
