import { utf8 } from '@careledger/crypto';
import {
  encryptTo,
  makeWrapSet,
  recordIdFor,
  sealRecord,
  wrapKey,
  type Recipient,
  type SealedRecord,
} from '@careledger/envelope';
import { SEALED_CONTEXT } from '@careledger/protocol';
import type { Logger } from '@careledger/service-kit';
import { coversReading, noticeRecipientsOf, readersOf } from '../consent/recipients.js';
import type { GrantStore } from '../consent/grant-store.js';
import type { SubscriptionStore } from '../consent/subscription-store.js';
import type { GatewayCore } from '../core.js';
import { currentKey, type Directory } from '../directory/authorities.js';
import { NOTICE_MAX_CHARS } from '../outbox/limits.js';
import type { Providers } from '../outbox/providers.js';
import type { Patient } from '../patients/index.js';
import type { DueRecord, ProcessingStore } from '../processing/index.js';
import { patientStatement } from '../statement.js';
import { emergencyContent, periodicContent, type RecordContent } from './content.js';
import type { NoticeStore } from './notice-store.js';
import type { RewrapStore } from './rewrap-store.js';
import { recordTags } from './scope.js';
import type { NewVersion, RecordVersion, VersionStore } from './version-store.js';

export interface RecordMakerOptions {
  readonly core: GatewayCore;
  readonly processing: ProcessingStore;
  readonly versions: VersionStore;
  readonly notices: NoticeStore;
  readonly rewraps: RewrapStore;
  readonly grants: GrantStore;
  readonly subscriptions: SubscriptionStore;
  readonly directory: Pick<Directory, 'authority'>;
  readonly providers: Pick<Providers, 'preferred'>;
  readonly gatewayId: string;
  readonly networkId: string;
  readonly clock: () => number;
  readonly logger: Pick<Logger, 'warn'>;
}

/**
 * made: on disk, with everything that its way needs; waits: its last version is still on its way; nothing: there is
 * nothing (more) to say.
 */
export type MakingOutcome =
  | { readonly outcome: 'made'; readonly version: RecordVersion; readonly noticeNos: readonly number[] }
  | { readonly outcome: 'waits' | 'nothing' };

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
    const { core, processing, versions, clock } = this.#options;
    const patient = core.patients.byNo(due.patientNo);
    const { patientId } = patient;
    const secret = core.patients.keys(patientId).recordSecret();
    const recordId = recordIdFor(secret, { patientId, kind: due.kind, key: due.place });
    const previous = versions.find(recordId);
    if (previous?.stage === 'made' || previous?.stage === 'stored') return { outcome: 'waits' };
    const madeMs = clock();
    const content = await this.#content(due, patient, previous, madeMs);
    if (content === undefined || previous?.stage === 'refused') {
      core.store.deferred(() => processing.removeDue(due.dueNo, due.generation));
      return { outcome: 'nothing' };
    }
    return this.#seal(due, patient, { recordId, previous, content, madeMs });
  }

  async #content(
    { kind, place }: DueRecord,
    patient: Patient,
    previous: RecordVersion | undefined,
    madeMs: number,
  ): Promise<RecordContent | undefined> {
    if (kind === 'periodic')
      return periodicContent(this.#options, patient, place, previous?.summary ?? null, madeMs);
    // The block that the emergency rests on is named in its Provenance.
    await this.#options.core.sealNow(patient.patientId);
    return emergencyContent(this.#options, patient, place, madeMs);
  }

  async #seal(
    due: DueRecord,
    patient: Patient,
    made: {
      readonly recordId: string;
      readonly previous: RecordVersion | undefined;
      readonly content: RecordContent;
      readonly madeMs: number;
    },
  ): Promise<MakingOutcome> {
    const { core, processing, versions, notices, rewraps, providers, networkId } = this.#options;
    const { recordId, previous, content, madeMs } = made;
    const { patientId, patientNo } = patient;
    const { signer } = patient.chain;
    const version = (previous?.version ?? 0) + 1;
    const prevVersionHash = previous?.manifestHash ?? null;
    const scopeTags = recordTags(core.patients.keys(patientId).scopeKey(), content.bundle);
    const plain = utf8(JSON.stringify(content.bundle));
    const aad = {
      v: 1 as const,
      recordId,
      version,
      patientId,
      author: patientId,
      scopeTags,
      prevVersionHash,
    };
    const sealed = sealRecord({ content: plain, aad }, signer);
    const { wrapSet, wrapped } = await this.#wrap(sealed, patient, { recordId, version, scopeTags });
    const providerId = providers.preferred();
    if (providerId === undefined) throw new Error('No cloud provider is configured: add one to `providers`');
    const { kind, place, lane, arrivedMs } = due;
    const { manifest, manifestHash, ciphertext, ciphertextSha256 } = sealed;
    const body = {
      ...{ patientId, recordId, version, prevVersionHash, kind, period: content.period, providerId },
      ...{ manifestHash, ciphertextSha256, sizeBytes: ciphertext.length, scopeTags },
    };
    const storeStatement = patientStatement(
      'storeRecord',
      { patientId, networkId, channels: ['cloud'], body },
      signer,
    );
    const row: NewVersion = {
      ...{ patientNo, recordId, version, kind, place, lane, scopeTags, summary: content.summary },
      ...{ periodStart: content.period.start, periodEnd: content.period.end },
      ...{ manifest, manifestHash, wrapSet, providerId, storeStatement, arrivedMs, madeMs, ciphertext },
    };
    const straight = lane === 'emergency' ? await this.#notices(patient, row, plain) : [];
    const { versionNo, noticeNos } = core.store.deferred(() => {
      const no = versions.insert(row);
      processing.removeDue(due.dueNo, due.generation);
      // An authority whose key could not be had, or whose grant came meanwhile: its wrap follows.
      for (const grantId of this.#grantsLeftOut(patientNo, scopeTags, wrapped))
        rewraps.insert({ patientNo, grantId, from: no, through: no });
      return {
        versionNo: no,
        noticeNos: straight.map(({ authorityId, statement }) =>
          notices.insert({ versionNo: no, patientNo, authorityId, statement, madeMs }),
        ),
      };
    });
    await core.store.sync();
    const stored = versions.get(versionNo);
    if (stored === undefined) throw new Error(`Record version ${versionNo} was just written and is gone`);
    return { outcome: 'made', version: stored, noticeNos };
  }

  async #wrap(
    sealed: SealedRecord,
    { patientId, patientNo, chain }: Patient,
    record: { readonly recordId: string; readonly version: number; readonly scopeTags: readonly string[] },
  ): Promise<{ wrapSet: string; wrapped: ReadonlySet<string> }> {
    const { core, grants, clock } = this.#options;
    const recipients: Recipient[] = [{ publicKey: core.patients.keys(patientId).encryption().publicKey }];
    const readers = readersOf(grants, patientNo, record.scopeTags, clock());
    const wrapped = new Set<string>();
    for (const authorityId of readers) {
      const publicKey = await this.#keyOf(authorityId);
      if (publicKey === undefined) continue;
      recipients.push({ publicKey });
      wrapped.add(authorityId);
    }
    const wraps = await Promise.all(
      recipients.map((recipient) => wrapKey(sealed.contentKey, record, recipient)),
    );
    const { recordId, version } = record;
    const set = { recordId, version, manifestHash: sealed.manifestHash, wraps };
    return { wrapSet: makeWrapSet(set, chain.signer), wrapped };
  }

  #grantsLeftOut(patientNo: number, scopeTags: readonly string[], wrapped: ReadonlySet<string>): string[] {
    const { grants, clock } = this.#options;
    const covering = grants.list(patientNo).filter((grant) => coversReading(grant, scopeTags, clock()));
    return covering.filter(({ authorityId }) => !wrapped.has(authorityId)).map(({ grantId }) => grantId);
  }

  async #keyOf(authorityId: string): Promise<Uint8Array | undefined> {
    try {
      return currentKey((await this.#options.directory.authority(authorityId)).encryptionKeys);
    } catch (err) {
      this.#options.logger.warn({ err, authorityId }, 'no key of this authority yet: its wraps follow');
      return undefined;
    }
  }

  async #notices(
    { patientId, patientNo, chain }: Patient,
    row: NewVersion,
    plain: Uint8Array,
  ): Promise<{ authorityId: string; statement: string }[]> {
    const { clock, networkId } = this.#options;
    const { recordId, version, providerId, scopeTags } = row;
    const period = { start: row.periodStart, end: row.periodEnd };
    const made: { authorityId: string; statement: string }[] = [];
    for (const authorityId of noticeRecipientsOf(this.#options, patientNo, scopeTags, clock())) {
      const key = await this.#keyOf(authorityId);
      if (key === undefined) continue;
      const sealed = await encryptTo(key, plain, { context: SEALED_CONTEXT.emergencyNotice });
      const body = { patientId, recordId, version, period, providerId, authorityId, sealed };
      const statement = patientStatement(
        'emergencyNotice',
        { patientId, networkId, channels: ['authorities'], body, maxChars: NOTICE_MAX_CHARS },
        chain.signer,
      );
      made.push({ authorityId, statement });
    }
    return made;
  }
}
