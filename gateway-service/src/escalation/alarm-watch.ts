import type { Logger } from '@careledger/service-kit';
import type { GrantStore, SubscriptionStore } from '../consent/index.js';
import type { NoticeSender } from '../delivery/notice-sender.js';
import type { Notice, NoticeStore } from '../delivery/notice-store.js';
import type { OwnVersionStore } from '../delivery/own-version-store.js';
import type { ProcessingStore } from '../processing/index.js';
import { recordTermsOf, type OwnVersion } from '../records/own-version.js';
import { noticeRecipientsOf, type NoticeRecipient } from '../records/readers.js';
import type { GatewayStore } from '../store/index.js';
import type { AcknowledgementFetcher } from './acknowledgement-fetcher.js';
import type { AlarmCall, AlarmStore } from '../alarms/alarm-store.js';
import { ESCALATING_MAX, WATCH_SWEEP_MS } from './limits.js';
import type { TechnicalAlarmStore } from '../alarms/technical-alarm-store.js';

export interface AlarmWatchOptions {
  readonly store: Pick<GatewayStore, 'deferred' | 'sync'>;
  readonly processing: Pick<ProcessingStore, 'episode'>;
  readonly alarms: AlarmStore;
  readonly technicalAlarms: TechnicalAlarmStore;
  readonly notices: NoticeStore;
  readonly versions: Pick<OwnVersionStore, 'find' | 'get' | 'hasContent'>;
  readonly grants: Pick<GrantStore, 'active'>;
  readonly subscriptions: Pick<SubscriptionStore, 'list'>;
  readonly acknowledgements: Pick<AcknowledgementFetcher, 'askNow'>;
  readonly noticeSender: Pick<NoticeSender, 'add'>;
  readonly acknowledgeWithinMs: number;
  readonly deliverWithinMs: number;
  readonly clock: () => number;
  readonly logger: Pick<Logger, 'warn' | 'error'>;
}

/**
 * Sees to it that somebody hears of an alarm. One of high priority that nobody has acknowledged in time goes to the next
 * recipients; so does any of which nobody told so far could be told. What an authority does not have in time is a technical
 * alarm for the patient, and is tried further. All times lie in rows: a restart forgets none.
 */
export class AlarmWatch implements AsyncDisposable {
  readonly #options: AlarmWatchOptions;
  readonly #escalating = new Map<string, Promise<void>>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: AlarmWatchOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = setInterval(() => this.sweep(), WATCH_SWEEP_MS).unref();
  }

  /** Looks once at what is overdue. */
  sweep(): void {
    try {
      this.#watchDelivery();
      this.#endDelivered();
      this.#escalate();
    } catch (err) {
      // E.g. a full disk: the rows are as before, and are looked at again.
      this.#options.logger.error({ err }, 'alarms cannot be watched; it is tried again');
    }
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#escalating.values());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #watchDelivery(): void {
    const { store, notices, technicalAlarms, deliverWithinMs, clock, logger } = this.#options;
    const nowMs = clock();
    const overdue = notices.overdue(nowMs - deliverWithinMs);
    if (overdue.length === 0) return;
    store.deferred(() => {
      for (const notice of overdue) {
        const { noticeNo, patientNo, authorityId } = notice;
        notices.setOverdue(noticeNo, nowMs);
        technicalAlarms.raise({
          ...{ patientNo, cause: 'notice-undelivered', subject: authorityId, raisedMs: nowMs },
        });
        this.#tellOthers(notice, nowMs);
      }
    });
    for (const { authorityId, versionNo, lastError } of overdue)
      logger.warn({ authorityId, versionNo, lastError }, 'an emergency notice is overdue: a technical alarm');
  }

  /** Within a transaction. Nobody who was told of a call has it: the next are told, whatever the priority. */
  #tellOthers({ versionNo }: Notice, nowMs: number): void {
    const { alarms, notices, versions } = this.#options;
    const version = versions.get(versionNo);
    if (version === undefined) return;
    const { recordId } = version;
    const sent = notices.ofRecord(recordId).filter(({ status }) => status === 'sent');
    const isHeard = (call: AlarmCall): boolean => this.#ofCall(call, sent).length > 0;
    if (!alarms.ofRecord(recordId).every(isHeard)) alarms.escalateNow(recordId, nowMs);
  }

  /** An authority that has everything again. */
  #endDelivered(): void {
    const { store, notices, technicalAlarms, clock } = this.#options;
    const over = technicalAlarms
      .open('notice-undelivered')
      .filter(({ patientNo, subject }) => !notices.hasOverdue(patientNo, subject));
    if (over.length === 0) return;
    store.deferred(() => {
      for (const { alarmNo } of over) technicalAlarms.end(alarmNo, clock());
    });
  }

  #escalate(): void {
    const { alarms, clock, logger } = this.#options;
    for (const recordId of alarms.toEscalate(clock(), ESCALATING_MAX)) {
      if (this.#escalating.has(recordId)) continue;
      const escalating = this.#tellNext(recordId)
        .catch((err: unknown) => logger.error({ err }, 'an alarm is not with its next recipients yet'))
        .finally(() => this.#escalating.delete(recordId));
      this.#escalating.set(recordId, escalating);
    }
  }

  /** All alarms of a record go to the next recipients together, once. */
  async #tellNext(recordId: string): Promise<void> {
    const { store, alarms, notices, acknowledgements, acknowledgeWithinMs, clock, noticeSender, logger } =
      this.#options;
    const before = alarms.ofRecord(recordId);
    const sent = notices.ofRecord(recordId);
    const told = new Set(
      before.flatMap((call) => (call.acknowledgedMs === null ? this.#ofCall(call, sent) : [])),
    );
    // Somebody may have acknowledged since it was asked last.
    await acknowledgements.askNow(
      [...told].filter(({ status, acknowledgedMs }) => status === 'sent' && acknowledgedMs === null),
    );
    const nowMs = clock();
    const calls = this.#unacknowledged(before);
    const due = calls.filter(({ nextMs }) => nextMs !== null && nextMs <= nowMs);
    if (due.length === 0) return;
    const version = this.#newestVersion(recordId, due);
    const rank = alarms.rankOf(calls.map(({ episodeId }) => episodeId));
    const next = version === undefined ? [] : this.#nextOf(rank, version);
    const noticeNos = store.deferred(() => {
      if (version === undefined) alarms.setRank(due, rank, null);
      else
        alarms.setRank(calls, next[0]?.rank ?? rank, next.length === 0 ? null : nowMs + acknowledgeWithinMs);
      return next.flatMap(({ authorityId }) =>
        version === undefined ? [] : this.#notice(version, authorityId, nowMs),
      );
    });
    await store.sync();
    for (const noticeNo of noticeNos) noticeSender.add(noticeNo);
    const authorityIds = next.map(({ authorityId }) => authorityId);
    logger.warn(
      { recordId, authorityIds },
      'nobody acknowledged an alarm in time: its next recipients are told',
    );
  }

  /** The calls that nobody acknowledged meanwhile; one that was followed by another is looked at anew. */
  #unacknowledged(before: readonly AlarmCall[]): AlarmCall[] {
    return before.flatMap(({ episodeId, call }) => {
      const now = this.#options.alarms.call(episodeId);
      return now?.call === call && now.acknowledgedMs === null ? [now] : [];
    });
  }

  /** Those that tell of the newest call. */
  #ofCall({ version: from }: AlarmCall, notices: readonly Notice[]): Notice[] {
    const { versions } = this.#options;
    return notices.filter(({ versionNo }) => (versions.get(versionNo)?.version ?? 0) >= (from ?? Infinity));
  }

  /** Undefined of what late readings took back, all of it: nobody else has to hear of it. */
  #newestVersion(recordId: string, calls: readonly AlarmCall[]): OwnVersion | undefined {
    const { processing, versions } = this.#options;
    const stands = calls.some(({ episodeId }) => {
      const status = processing.episode(episodeId)?.status;
      return status === 'open' || status === 'ended';
    });
    const version = stands ? versions.find(recordId) : undefined;
    return version !== undefined && versions.hasContent(version.versionNo) ? version : undefined;
  }

  /** The recipients of the next rank that there is. */
  #nextOf(told: number | null, version: OwnVersion): NoticeRecipient[] {
    const { patientNo } = version;
    const terms = recordTermsOf(version);
    const recipients = noticeRecipientsOf(this.#options, patientNo, terms, this.#options.clock());
    const beyond = recipients.filter(({ rank }) => rank > (told ?? 0));
    const next = Math.min(...beyond.map(({ rank }) => rank));
    return beyond.filter(({ rank }) => rank === next);
  }

  /** Within a transaction. Its statement is made on its way. */
  #notice({ versionNo, patientNo, recordId }: OwnVersion, authorityId: string, madeMs: number): number[] {
    const { notices } = this.#options;
    const isThere = notices
      .ofRecord(recordId)
      .some((notice) => notice.versionNo === versionNo && notice.authorityId === authorityId);
    if (isThere) return [];
    return [notices.insert({ versionNo, patientNo, authorityId, statement: '', madeMs })];
  }
}
