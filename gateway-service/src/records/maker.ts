import { sha256, utf8 } from '@careledger/crypto';
import { recordIdOf, type RecordSeed, type TagGroups } from '@careledger/domain';
import {
  EnvelopeError,
  makeWrapSet,
  recordSeedFor,
  sealRecord,
  wrapKey,
  type SealedRecord,
  type Wrap,
} from '@careledger/envelope';
import { FhirError, readRecordContent } from '@careledger/fhir';
import { currentKey } from '@careledger/policy';
import { NOTICE_CIPHERTEXT_MAX_BYTES } from '@careledger/protocol';
import { currentTrace, type Logger } from '@careledger/service-kit';
import type { GrantStore } from '../consent/grant-store.js';
import type { SubscriptionStore } from '../consent/subscription-store.js';
import type { GatewayCore } from '../core.js';
import type { OrganisationDirectory } from '../ledger-access/organisation-directory.js';
import type { Providers } from '../ledger-access/providers.js';
import type { Patient } from '../patients/index.js';
import { patientStatement } from '../patients/patient-statement.js';
import type { DueRecord, Episode, ProcessingStore } from '../processing/index.js';
import { emergencyContent, periodicContent, type ContentSource, type RecordContent } from './content.js';
import { detailContent } from './detail-content.js';
import type { DetailDue } from './detail-due.js';
import { RecordError } from './errors.js';
import type { MadeNotices, MadeVersions, RaisedAlarms, RewrapRequests, ToldAlarms } from './handover.js';
import { recordTermsOf, type NewVersion, type OwnVersion } from './own-version.js';
import { noticeRecipientsOf, readersOf } from './readers.js';
import { tagGroupsOf } from './scope.js';
import type { UnmadeStore } from './unmade-store.js';

export interface RecordMakerOptions {
  readonly core: GatewayCore;
  readonly processing: ProcessingStore;
  readonly settings: ContentSource['settings'];
  readonly versions: MadeVersions;
  readonly notices: MadeNotices;
  readonly alarms: ToldAlarms;
  readonly technicalAlarms: RaisedAlarms;
  readonly rewraps: RewrapRequests;
  readonly unmade: UnmadeStore;
  readonly detailDue: Pick<DetailDue, 'ofWindow'>;
  readonly grants: GrantStore;
  readonly subscriptions: SubscriptionStore;
  readonly directory: Pick<OrganisationDirectory, 'authority'>;
  readonly providers: Pick<Providers, 'preferred'>;
  readonly gatewayId: string;
  readonly networkId: string;
  readonly clock: () => number;
  /** After so long without an acknowledgement an alarm of high priority goes to the next recipients. */
  readonly acknowledgeWithinMs: number;
  readonly logger: Pick<Logger, 'warn' | 'error'>;
}

/**
 * made: on disk, with everything that its way needs; waits: its last version is still on its way; nothing: there is
 * nothing (more) to say, or it cannot be said, which `unmade` tells.
 */
export type MakingOutcome =
  | { readonly outcome: 'made'; readonly version: OwnVersion; readonly noticeNos: readonly number[] }
  | { readonly outcome: 'waits' | 'nothing' };

const periodColumns = ({ period }: Pick<RecordContent, 'period'>) => ({
  periodStart: period.start,
  periodEnd: period.end,
});

/** What a version is made of. */
interface Draft {
  readonly recordId: string;
  readonly seed: RecordSeed;
  readonly previous: OwnVersion | undefined;
  readonly content: RecordContent;
  readonly madeMs: number;
}

/** A sealed version with its wraps. */
interface SealedDraft extends Draft {
  readonly kind: DueRecord['kind'];
  readonly sealed: SealedRecord;
  readonly tagGroups: TagGroups;
  readonly version: number;
  readonly prevVersionHash: string | null;
  readonly wrapSet: string;
  readonly wraps: readonly Wrap[];
  /** By authority. */
  readonly wrapped: ReadonlyMap<string, Wrap>;
}

/** A notice that is to be kept; without a statement, why there is none. */
type DraftNotice = { readonly authorityId: string } & (
  { readonly statement: string } | { readonly givenUp: string }
);

/**
 * Makes records: content as FHIR, sealed once, wrapped to the patient and to every authority that may read it, with the
 * statement that stores it. All of it is on disk before anything is sent, in the transaction that ends its being due.
 */
export class RecordMaker {
  readonly #options: RecordMakerOptions;

  constructor(options: RecordMakerOptions) {
    this.#options = options;
  }

  async make(due: DueRecord): Promise<MakingOutcome> {
    const { core, versions, clock } = this.#options;
    const patient = core.patients.byNo(due.patientNo);
    const { patientId } = patient;
    const secret = core.patients.keys(patientId).recordSecret();
    const seed = recordSeedFor(secret, { patientId, kind: due.kind, key: due.source });
    const recordId = recordIdOf({ author: patientId, patientId, seed }, sha256);
    const previous = versions.find(recordId);
    if (previous?.stage === 'made' || previous?.stage === 'stored') return { outcome: 'waits' };
    const madeMs = clock();
    const content = await this.#content(due, patient, previous, madeMs);
    const isRefused = previous?.stage === 'refused';
    if (content === undefined || isRefused) return this.#nothing(due, content !== undefined && isRefused);
    try {
      return await this.#seal(due, patient, { recordId, seed, previous, content, madeMs });
    } catch (error) {
      if (isUnmakeable(error)) return this.#unmade(due, error);
      throw error;
    }
  }

  async #content(
    { kind, source }: DueRecord,
    patient: Patient,
    previous: OwnVersion | undefined,
    madeMs: number,
  ): Promise<RecordContent | undefined> {
    if (kind === 'periodic') {
      const about = { source, previous: previous?.summary ?? null, recordedAtMs: madeMs };
      return periodicContent(this.#options, patient, about);
    }
    if (kind === 'detail') {
      const about = { source, isRevision: previous !== undefined, recordedAtMs: madeMs };
      return detailContent(this.#options, patient, about);
    }
    // The block that the emergency rests on is named in its Provenance.
    await this.#options.core.sealNow(patient.patientId);
    return emergencyContent(this.#options, patient, source, madeMs);
  }

  #nothing(due: DueRecord, isRefused: boolean): MakingOutcome {
    const { core, processing, unmade } = this.#options;
    core.store.deferred(() => {
      if (isRefused) this.#raise('record-refused', due);
      processing.removeDue(due.dueNo, due.generation);
      unmade.remove(due);
    });
    return { outcome: 'nothing' };
  }

  /** No repetition makes it: it is put aside for people to see, and waits for nothing but its next change. */
  #unmade(due: DueRecord, error: Unmakeable): MakingOutcome {
    const { core, processing, unmade, clock, logger } = this.#options;
    const { patientNo, kind, source } = due;
    const { code, message: reason } = error;
    logger.error({ err: error, patientNo, kind, code }, 'a record cannot be made as it is');
    core.store.deferred(() => {
      processing.removeDue(due.dueNo, due.generation);
      unmade.put({ patientNo, kind, source, code, reason, notedMs: clock() });
      this.#raise('record-unmade', due);
    });
    return { outcome: 'nothing' };
  }

  /** Within a transaction. Somebody may not hear of an emergency: the patient is told. */
  #raise(cause: 'record-unmade' | 'record-refused', { patientNo, kind, source }: DueRecord): void {
    const { technicalAlarms, clock } = this.#options;
    if (kind === 'emergency') technicalAlarms.raise({ patientNo, cause, subject: source, raisedMs: clock() });
  }

  async #seal(due: DueRecord, patient: Patient, draft: Draft): Promise<MakingOutcome> {
    const { core, processing, versions, notices, alarms, technicalAlarms, rewraps, unmade, detailDue } =
      this.#options;
    const sealed = await this.#sealed(due, patient, draft);
    const row = this.#row(due, patient, sealed);
    const { notices: direct, rank } =
      due.priority === 'emergency' ? this.#notices(patient, due, row, sealed) : { notices: [], rank: null };
    const write = (): { readonly versionNo: number; readonly noticeNos: readonly number[] } => {
      const no = versions.insert(row);
      if (due.kind === 'periodic') detailDue.ofWindow(due);
      const isAllTold = processing.removeDue(due.dueNo, due.generation);
      if (due.kind === 'emergency' && isAllTold)
        for (const episode of processing.together(due.source))
          alarms.told(episode.episodeId, { ...row, ...this.#calling(episode, rank) });
      unmade.remove(due);
      const { patientNo, source: subject } = due;
      technicalAlarms.endOf({ patientNo, cause: 'record-unmade', subject }, draft.madeMs);
      // An authority whose key could not be had, whose grant came or went meanwhile, or another key of the patient's: the
      // next set follows.
      if (!this.#areReaders(patient, sealed)) rewraps.request(patient.patientNo, no);
      const common = { versionNo: no, patientNo: patient.patientNo, madeMs: draft.madeMs };
      return {
        versionNo: no,
        noticeNos: direct.flatMap((notice) => {
          const { authorityId } = notice;
          if ('statement' in notice)
            return notices.insert({ ...common, authorityId, statement: notice.statement });
          notices.insertGivenUp({ ...common, authorityId }, notice.givenUp);
          const cause = 'notice-too-large';
          technicalAlarms.raise({ patientNo, cause, subject: authorityId, raisedMs: draft.madeMs });
          return [];
        }),
      };
    };
    const { versionNo, noticeNos } = await core.store.keep(write, { isUrgent: due.priority === 'emergency' });
    const stored = versions.get(versionNo);
    if (stored === undefined) throw new Error(`Record version ${versionNo} was just written and is gone`);
    return { outcome: 'made', version: stored, noticeNos };
  }

  async #sealed({ kind }: DueRecord, patient: Patient, draft: Draft): Promise<SealedDraft> {
    const { core } = this.#options;
    const { recordId, previous, content } = draft;
    const { patientId, chain } = patient;
    const version = (previous?.version ?? 0) + 1;
    const prevVersionHash = previous?.manifestHash ?? null;
    const tagGroups = tagGroupsOf(core.patients.keys(patientId).scopeKey(), content.bundle, { recordId });
    const plain = utf8(JSON.stringify(content.bundle));
    // What a reader would refuse must not become a record.
    readRecordContent(plain, { patientId, author: patientId, kind });
    const aad = {
      ...{ v: 2 as const, recordId, version, patientId, author: patientId, tagGroups, prevVersionHash },
    };
    const sealed = sealRecord({ content: plain, aad }, chain.signer);
    const wraps = await this.#wrap(sealed, patient, {
      ...{ recordId, version, kind, tagGroups },
      ...periodColumns(content),
    });
    return { ...draft, kind, sealed, tagGroups, version, prevVersionHash, ...wraps };
  }

  #row({ kind, source, priority, arrivedMs }: DueRecord, patient: Patient, draft: SealedDraft): NewVersion {
    const { providers, networkId } = this.#options;
    const { patientId, patientNo, chain } = patient;
    const { recordId, seed, version, prevVersionHash, content, tagGroups, wrapSet, wraps, madeMs } = draft;
    const { manifest, manifestHash, ciphertext, ciphertextSha256 } = draft.sealed;
    const providerId = providers.preferred();
    if (providerId === undefined) throw new Error('No cloud provider is configured: add one to `providers`');
    const { period, summary } = content;
    const columns = periodColumns(content);
    const body = {
      ...{ patientId, recordId, seed, version, prevVersionHash, kind, period, providerId },
      ...{ manifestHash, ciphertextSha256, sizeBytes: ciphertext.length, tagGroups },
    };
    const storeStatement = patientStatement(
      'storeRecord',
      { patientId, networkId, channels: ['cloud'], body },
      chain.signer,
    );
    return {
      ...{ patientNo, recordId, version, kind, source, priority, tagGroups, summary },
      ...{ ...columns, manifest, manifestHash },
      ...{ wrapSet, wraps: wraps.map(({ jwe }) => jwe), providerId, storeStatement },
      ...{ arrivedMs, madeMs, ciphertext, trace: currentTrace() },
    };
  }

  /** To the patient, who is the author as well, and to whoever may read it. */
  async #wrap(
    { contentKey, manifestHash }: SealedRecord,
    { patientId, patientNo, chain }: Patient,
    record: Parameters<typeof recordTermsOf>[0] & { readonly recordId: string; readonly version: number },
  ): Promise<Pick<SealedDraft, 'wrapSet' | 'wraps' | 'wrapped'>> {
    const { core, grants, clock } = this.#options;
    const { recordId, version } = record;
    const own = core.patients.keys(patientId).encryptionPublicKey();
    const wraps = [await wrapKey(contentKey, record, { publicKey: own })];
    const wrapped = new Map<string, Wrap>();
    for (const authorityId of readersOf(grants, patientNo, recordTermsOf(record), clock())) {
      const publicKey = await this.#keyOf(authorityId);
      if (publicKey === undefined) continue;
      const wrap = await wrapKey(contentKey, record, { publicKey });
      wraps.push(wrap);
      wrapped.set(authorityId, wrap);
    }
    const wrapSet = makeWrapSet({ recordId, version, manifestHash, wraps }, chain.signer);
    return { wrapSet, wraps, wrapped };
  }

  /** Whether those to whom it is wrapped are those who may read it. */
  #areReaders(
    { patientId, patientNo }: Patient,
    { kind, tagGroups, content, wraps, wrapped }: SealedDraft,
  ): boolean {
    const { core, grants, clock } = this.#options;
    const own = core.patients.keys(patientId).encryptionKid;
    if (!wraps.some(({ kid }) => kid === own)) return false;
    const terms = recordTermsOf({ kind, tagGroups, ...periodColumns(content) });
    const readers = new Set(readersOf(grants, patientNo, terms, clock()));
    return readers.symmetricDifference(new Set(wrapped.keys())).size === 0;
  }

  async #keyOf(authorityId: string): Promise<Uint8Array | undefined> {
    try {
      return currentKey((await this.#options.directory.authority(authorityId)).encryptionKeys);
    } catch (err) {
      this.#options.logger.warn({ err, authorityId }, 'no key of this authority yet: its wraps follow');
      return undefined;
    }
  }

  #notices(
    { patientId, patientNo, chain }: Patient,
    { source }: DueRecord,
    row: NewVersion,
    { seed, tagGroups, wrapped }: SealedDraft,
  ): { readonly notices: readonly DraftNotice[]; readonly rank: number | null } {
    const { clock, networkId, notices, alarms, processing } = this.#options;
    const told = new Set(notices.toldBefore(patientNo, source));
    const recipients = noticeRecipientsOf(this.#options, patientNo, recordTermsOf(row), clock());
    if (recipients.length === 0) return { notices: [], rank: null };
    const first = Math.min(...recipients.map(({ rank }) => rank));
    // Whoever was told of one of these alarms hears all of it.
    const episodeIds = processing.together(source).map(({ episodeId }) => episodeId);
    const upTo = Math.max(first, alarms.rankOf(episodeIds) ?? first);
    const drafts = recipients
      .filter(({ authorityId, rank }) => rank <= upTo && !told.has(authorityId))
      .map(({ authorityId }): DraftNotice => {
        const wrap = wrapped.get(authorityId);
        // Made on its way, once the key is known.
        if (wrap === undefined) return { authorityId, statement: '' };
        if (row.ciphertext.length > NOTICE_CIPHERTEXT_MAX_BYTES)
          return { authorityId, givenUp: 'NOTICE_TOO_LARGE' };
        const { recordId, version, providerId, manifest } = row;
        const period = { start: row.periodStart, end: row.periodEnd };
        const body = {
          ...{ patientId, recordId, seed, version, period, providerId, authorityId, tagGroups },
          ...{ manifest, wrap: wrap.jwe },
        };
        const statement = patientStatement(
          'emergencyNotice',
          { patientId, networkId, channels: ['authorities'], body, nowMs: clock() },
          chain.signer,
        );
        return { authorityId, statement };
      });
    return { notices: drafts, rank: upTo };
  }

  /** Up to which rank recipients are told of a call, and when the next are: nobody is of what was over and late. */
  #calling({ priority, status, late }: Episode, rank: number | null) {
    const { clock, acknowledgeWithinMs } = this.#options;
    const isWaitedFor = rank !== null && priority === 'high' && (status === 'open' || !late);
    return { rank, nextMs: isWaitedFor ? clock() + acknowledgeWithinMs : null };
  }
}

type Unmakeable = RecordError | EnvelopeError | FhirError;

/** What is wrong with the content, not with what surrounds it. */
function isUnmakeable(error: unknown): error is Unmakeable {
  if (error instanceof EnvelopeError) return error.code === 'CONTENT_TOO_LARGE';
  return error instanceof RecordError || error instanceof FhirError;
}
