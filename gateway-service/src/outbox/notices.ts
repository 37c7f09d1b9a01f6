import { AUTHORITY_ROUTES } from '@careledger/protocol';
import {
  createHttpClient,
  DurableWork,
  messageOf,
  type Logger,
  type WorkHealth,
} from '@careledger/service-kit';
import type { Directory } from '../directory/authorities.js';
import type { Notice, NoticeStore } from '../records/notice-store.js';
import type { GatewayStore } from '../store/index.js';
import { EMERGENCY_BACKOFF, NOTICE_CONCURRENCY, NOTICE_GIVE_UP_MS, NOTICE_TIMEOUT_MS } from './limits.js';

export interface NoticeSenderOptions {
  readonly store: Pick<GatewayStore, 'deferred'>;
  readonly notices: NoticeStore;
  readonly directory: Pick<Directory, 'authority'>;
  /** Bearer tokens at the authorities' apis. */
  readonly tokens: ReadonlyMap<string, string>;
  readonly clock: () => number;
  readonly onSent: (notice: Notice) => void;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
}

/**
 * The straight way of an emergency: signed notices to the apis of subscribed authorities, while the same record goes
 * through the chain. Each authority has a queue of its own, so that one that is away delays no other.
 */
export class NoticeSender implements AsyncDisposable {
  readonly #options: NoticeSenderOptions;
  readonly #work = new Map<string, DurableWork<number>>();

  constructor(options: NoticeSenderOptions) {
    this.#options = options;
  }

  /** Goes on with what earlier runs left. */
  start(): void {
    for (const { noticeNo } of this.#options.notices.open()) this.add(noticeNo);
  }

  add(noticeNo: number): void {
    const notice = this.#options.notices.get(noticeNo);
    if (notice === undefined) return;
    let work = this.#work.get(notice.authorityId);
    if (work === undefined) {
      work = new DurableWork<number>({
        name: `notices-${notice.authorityId}`,
        concurrency: NOTICE_CONCURRENCY,
        backoff: EMERGENCY_BACKOFF,
        run: (no, signal) => this.#send(no, signal),
        logger: this.#options.logger,
      });
      this.#work.set(notice.authorityId, work);
    }
    work.add(notice.patientNo, noticeNo);
  }

  get health(): WorkHealth[] {
    return [...this.#work.values()].map(({ health }) => health);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#work.values()].map((work) => work.stop()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #send(noticeNo: number, signal: AbortSignal): Promise<void> {
    const { store, notices, clock, logger, onSent } = this.#options;
    const notice = notices.get(noticeNo);
    if (notice?.status !== 'open') return;
    const { authorityId, statement, versionNo } = notice;
    try {
      await this.#post(authorityId, statement, signal);
    } catch (error) {
      if (signal.aborted) throw error;
      const isGivenUp = clock() - notice.madeMs > NOTICE_GIVE_UP_MS;
      store.deferred(() => notices.setFailed(noticeNo, messageOf(error), isGivenUp));
      if (!isGivenUp) throw error;
      logger.warn(
        { err: error, authorityId, versionNo },
        'emergency notice given up: the record is on the chain',
      );
      return;
    }
    store.deferred(() => notices.setSent(noticeNo, clock()));
    logger.info({ authorityId, versionNo, afterMs: clock() - notice.madeMs }, 'emergency notice sent');
    onSent(notice);
  }

  async #post(authorityId: string, statement: string, signal: AbortSignal): Promise<void> {
    const { directory, tokens } = this.#options;
    const { endpoint } = await directory.authority(authorityId);
    if (endpoint === undefined) throw new Error(`${authorityId} has registered no endpoint for notices`);
    const token = tokens.get(authorityId);
    const client = createHttpClient({
      baseUrl: endpoint,
      timeoutMs: NOTICE_TIMEOUT_MS,
      retries: 0,
      ...(token !== undefined && { token }),
    });
    await client.bytes('POST', AUTHORITY_ROUTES.emergencyNotices, { body: { statement }, signal });
  }
}
