import type { SignatureVerifier } from '@careledger/crypto';
import { AUTHORITY_ROUTES, AcknowledgementAnswer, type Acknowledgement } from '@careledger/protocol';
import { messageOf, type Logger } from '@careledger/service-kit';
import { readStatement } from '@careledger/statements';
import type { AuthorityClients } from '../delivery/authority-clients.js';
import type { Notice, NoticeStore } from '../delivery/notice-store.js';
import type { OwnVersionStore } from '../delivery/own-version-store.js';
import type { OrganisationDirectory } from '../ledger-access/organisation-directory.js';
import type { PatientProgress } from '../patients/progress.js';
import type { GatewayStore } from '../store/index.js';
import { AcknowledgementError, checkAcknowledgement } from './acknowledgement-check.js';
import type { AlarmStore } from '../alarms/alarm-store.js';
import {
  ASK_BATCH_MAX,
  ASK_FOR_MS,
  ASK_PAUSE_MAX_MS,
  ASK_PAUSE_MIN_MS,
  ASK_PAUSE_SHARE,
  ASK_SWEEP_MS,
} from './limits.js';

export interface AcknowledgementFetcherOptions {
  readonly store: Pick<GatewayStore, 'deferred' | 'sync'>;
  readonly alarms: Pick<AlarmStore, 'acknowledge'>;
  readonly notices: Pick<NoticeStore, 'authoritiesToAsk' | 'toAsk' | 'setAsked' | 'setAcknowledged'>;
  readonly versions: Pick<OwnVersionStore, 'get'>;
  readonly directory: Pick<OrganisationDirectory, 'authority' | 'forget'>;
  readonly authorities: AuthorityClients;
  readonly networkId: string;
  readonly verifier: SignatureVerifier;
  readonly clock: () => number;
  readonly progress: Pick<PatientProgress, 'notify'>;
  readonly logger: Pick<Logger, 'info' | 'warn' | 'error'>;
}

/**
 * Asks authorities whether somebody has acknowledged what they were told: a gateway can stand where nobody reaches it.
 * Both sides keep it: an acknowledgement lies at the authority until it is asked for, and which notices are asked about
 * lies in the notices' rows here.
 */
export class AcknowledgementFetcher implements AsyncDisposable {
  readonly #options: AcknowledgementFetcherOptions;
  readonly #abort = new AbortController();
  /** Authorities that are being asked: one that is away delays no other. */
  readonly #asked = new Map<string, Promise<void>>();
  #sweepTimer: NodeJS.Timeout | undefined;

  constructor(options: AcknowledgementFetcherOptions) {
    this.#options = options;
  }

  start(): void {
    this.#sweepTimer = setInterval(() => this.#sweep(), ASK_SWEEP_MS).unref();
  }

  /** Asks about these now, whenever their turn is. Resolves when each was answered, or was not. */
  async askNow(notices: readonly Notice[]): Promise<void> {
    await Promise.all(notices.map((notice) => this.#ask(notice)));
  }

  async stop(): Promise<void> {
    clearInterval(this.#sweepTimer);
    this.#abort.abort();
    await Promise.all(this.#asked.values());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #sweep(): void {
    try {
      this.#askDue();
    } catch (err) {
      // E.g. a disk that cannot be read: the rows are as before, and are looked at again.
      this.#options.logger.error({ err }, 'authorities cannot be asked; it is tried again');
    }
  }

  #askDue(): void {
    const { notices, clock, logger } = this.#options;
    const nowMs = clock();
    for (const authorityId of notices.authoritiesToAsk(nowMs)) {
      if (this.#asked.has(authorityId)) continue;
      const asking = this.askNow(notices.toAsk(authorityId, nowMs, ASK_BATCH_MAX))
        .catch((err: unknown) =>
          logger.error({ err, authorityId }, 'what an authority says cannot be kept yet'),
        )
        .finally(() => this.#asked.delete(authorityId));
      this.#asked.set(authorityId, asking);
    }
  }

  async #ask(notice: Notice): Promise<void> {
    const { store, notices, clock, directory, logger } = this.#options;
    const { signal } = this.#abort;
    const { noticeNo, authorityId, versionNo } = notice;
    try {
      const answered = await this.#answer(notice, signal);
      if (answered !== undefined) return await this.#keep(notice, answered);
    } catch (error) {
      if (signal.aborted) return;
      // Its key may have changed: the next question asks the ledger.
      if (error instanceof AcknowledgementError) {
        directory.forget([authorityId]);
        logger.warn(
          { err: error, authorityId, versionNo },
          'what came is no acknowledgement; it is asked again',
        );
      } else logger.info({ authorityId, versionNo, why: messageOf(error) }, 'no answer about a notice yet');
    }
    const nowMs = clock();
    const ageMs = nowMs - (notice.sentMs ?? notice.madeMs);
    const pauseMs = Math.min(Math.max(ageMs * ASK_PAUSE_SHARE, ASK_PAUSE_MIN_MS), ASK_PAUSE_MAX_MS);
    const nextMs = ageMs > ASK_FOR_MS ? null : Math.round(nowMs + pauseMs);
    store.deferred(() => notices.setAsked(noticeNo, nextMs));
  }

  async #answer(
    { authorityId, statement }: Notice,
    signal: AbortSignal,
  ): Promise<Acknowledgement | undefined> {
    const { directory, authorities, networkId, verifier, clock } = this.#options;
    const authority = await directory.authority(authorityId);
    const { iss: patientId, sid } = readStatement(statement, { maxChars: statement.length }).payload;
    const path = `${AUTHORITY_ROUTES.acknowledgement(sid)}?${new URLSearchParams({ patientId })}`;
    const { acknowledgement } = await authorities
      .of(authority)
      .call('GET', path, { result: AcknowledgementAnswer, signal });
    if (acknowledgement === undefined) return undefined;
    const { practitionerId, acknowledgedAt } = checkAcknowledgement(acknowledgement.statement, statement, {
      ...{ authority, networkId, verifier, nowMs: clock() },
    });
    // What is signed counts, not what stands beside it.
    return { statement: acknowledgement.statement, practitionerId, acknowledgedAt };
  }

  async #keep(
    { noticeNo, patientNo, authorityId, versionNo }: Notice,
    { statement, practitionerId, acknowledgedAt }: Acknowledgement,
  ): Promise<void> {
    const { store, alarms, notices, versions, clock, progress, logger } = this.#options;
    const version = versions.get(versionNo);
    const nowMs = clock();
    store.deferred(() => {
      notices.setAcknowledged(noticeNo, nowMs);
      if (version !== undefined)
        alarms.acknowledge(
          {
            ...{
              episodeId: version.source,
              patientNo,
              authorityId,
              practitionerId,
              version: version.version,
            },
            ...{ acknowledgedMs: Date.parse(acknowledgedAt), receivedMs: nowMs, statement },
          },
          version.recordId,
        );
    });
    await store.sync();
    logger.info({ authorityId, versionNo, practitionerId }, 'emergency acknowledged');
    progress.notify(patientNo);
  }
}
