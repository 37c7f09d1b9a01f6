import { toBase64url, type SignatureVerifier } from '@careledger/crypto';
import { AUTHORITY_ROUTES, EMERGENCY_NOTICE_MAX_CHARS, EmergencyNoticeAnswer } from '@careledger/protocol';
import { DurableWork, messageOf, traced, type Logger, type WorkHealth } from '@careledger/service-kit';
import { readStatement } from '@careledger/statements';
import type { GrantStore, SubscriptionStore } from '../consent/index.js';
import { EMERGENCY_BACKOFF } from '../ledger-access/limits.js';
import type { OrganisationDirectory } from '../ledger-access/organisation-directory.js';
import type { Patients } from '../patients/index.js';
import { isSignedBy } from '../patients/patient-statement.js';
import type { PatientProgress } from '../patients/progress.js';
import { recordTermsOf, type OwnVersion } from '../records/own-version.js';
import { noticeRecipientsOf } from '../records/readers.js';
import type { GatewayStore } from '../store/index.js';
import type { AuthorityClients } from './authority-clients.js';
import { NOTICE_CONCURRENCY, NOTICE_RENEWED_AFTER_MS } from './limits.js';
import type { NoticeStatements } from './notice-statements.js';
import { checkNoticeReceipt, NoticeReceiptError } from './notice-receipt.js';
import type { Notice, NoticeStore } from './notice-store.js';
import type { OwnVersionStore } from './own-version-store.js';

const MS_PER_S = 1_000;

export interface NoticeSenderOptions {
  readonly store: Pick<GatewayStore, 'deferred' | 'sync'>;
  readonly notices: NoticeStore;
  readonly versions: Pick<OwnVersionStore, 'get' | 'hasContent' | 'ciphertext'>;
  readonly directory: Pick<OrganisationDirectory, 'authority' | 'forget'>;
  readonly authorities: AuthorityClients;
  readonly statements: Pick<NoticeStatements, 'make'>;
  readonly patients: Pick<Patients, 'byNo'>;
  readonly grants: Pick<GrantStore, 'active'>;
  readonly subscriptions: Pick<SubscriptionStore, 'list'>;
  readonly networkId: string;
  readonly verifier: SignatureVerifier;
  readonly clock: () => number;
  readonly progress: Pick<PatientProgress, 'notify'>;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
}

/**
 * The direct way of an emergency: signed notices to the apis of the authorities that may read it, while the same
 * record goes through the chain. A notice is delivered once the authority has signed that it has it; until then it goes
 * again. Each authority has a queue of its own, so that one that is away delays no other.
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
        run: (no, signal) => this.#run(no, signal),
        onFailed: async (no, { error }) => {
          const { store, notices } = this.#options;
          store.deferred(() => notices.setFailed(no, messageOf(error)));
        },
        logger: this.#options.logger,
      });
      this.#work.set(notice.authorityId, work);
    }
    work.add(notice.patientNo, noticeNo);
  }

  get health(): WorkHealth[] {
    return [...this.#work.values()].map(({ health }) => health);
  }

  /** Whether a notice is on its way now; one that waits for an authority that is away is not. */
  get isSending(): boolean {
    return [...this.#work.values()].some(({ health }) => health.running > 0 && health.failures === 0);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#work.values()].map((work) => work.stop()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #run(noticeNo: number, signal: AbortSignal): Promise<void> {
    const { store, notices, versions, clock, logger, progress } = this.#options;
    const notice = notices.get(noticeNo);
    if (notice?.status !== 'open') return;
    const { authorityId, versionNo, madeMs } = notice;
    const version = versions.get(versionNo);
    const sinceMs = version?.arrivedMs ?? madeMs;
    // Taken over from the ledger after a backup was put back: the next version has a notice of its own.
    if (version === undefined || !versions.hasContent(versionNo))
      return this.#giveUp(notice, 'RECORD_TAKEN_OVER');
    // The patient has taken back that it is told: the api would refuse it for ever.
    if (!this.#isRecipient(notice, version)) return this.#giveUp(notice, 'NOT_A_RECIPIENT');
    const statement = await this.#statementFor(notice, version);
    const about = { parent: version.trace, attributes: { 'careledger.authority': authorityId } };
    const receipt = await traced('send notice', about, () => this.#post({ ...notice, statement }, signal));
    store.deferred(() => notices.setSent(noticeNo, receipt, clock()));
    logger.info({ authorityId, versionNo, afterMs: clock() - sinceMs }, 'emergency notice delivered');
    progress.notify(notice.patientNo);
  }

  #isRecipient({ patientNo, authorityId }: Notice, version: OwnVersion): boolean {
    const terms = recordTermsOf(version);
    const recipients = noticeRecipientsOf(this.#options, patientNo, terms, this.#options.clock());
    return recipients.some((recipient) => recipient.authorityId === authorityId);
  }

  /** As it was made, until an api would refuse it for its age or its key: then it is made anew, for as long as it takes. */
  async #statementFor(
    { noticeNo, patientNo, authorityId, statement }: Notice,
    version: OwnVersion,
  ): Promise<string> {
    const { store, notices, statements, patients, clock } = this.#options;
    if (statement !== '' && isSignedBy(statement, patients.byNo(patientNo).chain.signer)) {
      const { iat } = readStatement(statement, { maxChars: EMERGENCY_NOTICE_MAX_CHARS }).payload;
      if (clock() - iat * MS_PER_S <= NOTICE_RENEWED_AFTER_MS) return statement;
    }
    const made = await statements.make(version, authorityId);
    store.deferred(() => notices.setStatement(noticeNo, made));
    await store.sync();
    return made;
  }

  #giveUp({ noticeNo, authorityId, versionNo, lastError }: Notice, why: string): void {
    const { store, notices, logger } = this.#options;
    store.deferred(() => notices.setGivenUp(noticeNo, why));
    logger.warn(
      { authorityId, versionNo, why, lastError },
      'an emergency notice is not sent any more: the patient took the right away, or a further version has its own',
    );
  }

  /** Resolves with the authority's receipt. */
  async #post({ authorityId, statement, versionNo }: Notice, signal: AbortSignal): Promise<string> {
    const { directory, versions, authorities, networkId, verifier } = this.#options;
    const authority = await directory.authority(authorityId);
    const { receipt } = await authorities.of(authority).call('POST', AUTHORITY_ROUTES.emergencyNotices, {
      body: { statement, ciphertext: toBase64url(versions.ciphertext(versionNo)) },
      result: EmergencyNoticeAnswer,
      signal,
    });
    try {
      checkNoticeReceipt(receipt, statement, { authority, networkId, verifier });
    } catch (error) {
      // Its key may have changed: the next try asks the ledger.
      if (error instanceof NoticeReceiptError) directory.forget([authorityId]);
      throw error;
    }
    return receipt;
  }
}
