import { canonicalJson } from '@careledger/crypto';
import {
  records,
  type AnnouncedRecordState,
  type StatementBody,
  type StoredRecordState,
} from '@careledger/contracts';
import { isUnavailable, NotYetError } from '@careledger/delivery';
import type { ChannelName } from '@careledger/domain';
import { EnvelopeError } from '@careledger/envelope';
import { FhirError } from '@careledger/fhir';
import { orUndefined } from '@careledger/ledger';
import {
  DurableWork,
  HttpClientError,
  type Backoff,
  type Logger,
  type WorkHealth,
} from '@careledger/service-kit';
import type { GatewayCore } from '../core.js';
import type { LedgerReader } from '../ledger-access/ledger-link.js';
import type { StatementBatcher } from '../ledger-access/statement-batcher.js';
import type { Patient } from '../patients/index.js';
import { patientStatement } from '../patients/patient-statement.js';
import type { PatientProgress } from '../patients/progress.js';
import type { RewrapRequests } from '../records/handover.js';
import { foundIn, type FoundTags } from '../records/scope.js';
import type { ReceivedOpener } from './opener.js';
import type { ReceivedStore, ReceivedVersion } from './received-store.js';

/** Versions that are opened and confirmed at once, each another patient's. */
const CONCURRENCY = 4;
/** Each try to open a version puts an access on the ledger: pauses grow long. */
const BACKOFF: Backoff = { minMs: 500, maxMs: 10 * 60_000 };
/** Refusals that no repetition changes: the channel has another version under this name, or the tags are too many. */
const FINAL_CODES: ReadonlySet<string> = new Set([
  'MANIFEST_MISMATCH',
  'AUTHOR_MISMATCH',
  'STATEMENT_TOO_LARGE',
  'STATEMENT_MALFORMED',
  'STATEMENT_ISSUER_MISMATCH',
]);

/** What an authority wrote changes nothing of who may read what this gateway has made. */
const NONE_OF_ITS_OWN = Number.MAX_SAFE_INTEGER;

export interface ConfirmerOptions {
  readonly core: Pick<GatewayCore, 'patients' | 'store'>;
  readonly received: ReceivedStore;
  readonly opener: Pick<ReceivedOpener, 'open'>;
  readonly ledger: LedgerReader & {
    readonly confirm: Readonly<Record<ChannelName, Pick<StatementBatcher, 'submit'>>>;
  };
  readonly networkId: string;
  /** `delivery/rewrap-store.ts`, `delivery/rewrapper.ts`: who may read it may have changed. */
  readonly rewraps: RewrapRequests;
  readonly rewrapper: { add(patientNo: number): void };
  readonly progress: Pick<PatientProgress, 'notify'>;
  readonly logger: Pick<Logger, 'info' | 'warn' | 'error'>;
}

/**
 * Opens what authorities write of a patient, tags it as this gateway's own records are tagged, and says so on both channels:
 * heard → opened → confirmed on `cloud` → confirmed on `authorities`, once it is announced there. Each row of
 * `received_versions` is the truth; what the ledger has already is not said again.
 */
export class Confirmer implements AsyncDisposable {
  readonly #options: ConfirmerOptions;
  readonly #work: DurableWork<number>;

  constructor(options: ConfirmerOptions) {
    this.#options = options;
    this.#work = new DurableWork<number>({
      name: 'confirm',
      concurrency: CONCURRENCY,
      backoff: BACKOFF,
      isAway: (error) => !(error instanceof NotYetError),
      logger: options.logger,
      run: (versionNo, signal) => this.#run(versionNo, signal),
    });
  }

  /** Goes on with what earlier runs left, and tries once more what they could not open. */
  start(): void {
    const { core, received } = this.#options;
    core.store.deferred(() => received.retryFailed());
    for (const { patientNo, versionNo } of received.open()) this.add(patientNo, versionNo);
  }

  add(patientNo: number, versionNo: number): void {
    this.#work.add(patientNo, versionNo);
  }

  get health(): WorkHealth {
    return this.#work.health;
  }

  async stop(): Promise<void> {
    await this.#work.stop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #run(versionNo: number, signal: AbortSignal): Promise<void> {
    const { core, received, progress } = this.#options;
    const row = received.get(versionNo);
    if (row === undefined || !row.isStored || row.failure !== null) return;
    const patient = core.patients.byNo(row.patientNo);
    const found = row.found ?? (await this.#find(patient, row, signal));
    if (found !== undefined) {
      await this.#confirm(patient, { ...row, found }, 'cloud');
      // Told of meanwhile, it is in the queue once more.
      if (row.isAnnounced) await this.#confirm(patient, { ...row, found }, 'authorities');
    }
    progress.notify(row.patientNo);
  }

  /** What it holds; undefined where it is the patient's own, or cannot be opened. */
  async #find(patient: Patient, row: ReceivedVersion, signal: AbortSignal): Promise<FoundTags | undefined> {
    const { core, received, opener, logger } = this.#options;
    const { versionNo, recordId, version } = row;
    const stored = (await this.#read(patient, row, 'cloud')) as StoredRecordState | undefined;
    // A peer that lags behind the one that told of it.
    if (stored === undefined) throw new NotYetError('RECORD_UNKNOWN');
    if (stored.author === patient.patientId) {
      // Made before a backup from which this store was put back.
      core.store.deferred(() => received.remove(versionNo));
      return undefined;
    }
    try {
      const { content, manifest } = await opener.open(patient, stored, signal);
      const origin = { recordId, authors: await this.#authorsOf(stored) };
      const found = foundIn(core.patients.keys(patient.patientId).scopeKey(), content, origin);
      core.store.deferred(() => received.setFound(versionNo, { stored, manifest }, found));
      return found;
    } catch (error) {
      const failure = failureOf(error);
      if (failure === undefined) throw laterOf(error);
      logger.error({ err: error, recordId, version, failure }, 'what an authority wrote cannot be opened');
      core.store.deferred(() => received.setFailed(versionNo, failure, stored));
      return undefined;
    }
  }

  /** Whoever has written this version or one before it, this one's author first: by the ledger. */
  async #authorsOf({ patientId, recordId, version, author }: StoredRecordState): Promise<string[]> {
    if (version === 1) return [author];
    const authors = new Set([author]);
    const cloud = this.#options.ledger.channel('cloud');
    let bookmark = '';
    do {
      const about = { patientId, recordId, ...(bookmark !== '' && { bookmark }) };
      const page = await cloud.evaluate(records, 'RecordHistory', about);
      for (const row of page.rows) if (row.version < version) authors.add(row.author);
      ({ bookmark } = page);
    } while (bookmark !== '');
    return [...authors];
  }

  async #confirm(
    patient: Patient,
    row: ReceivedVersion & { readonly found: FoundTags },
    channel: ChannelName,
  ): Promise<void> {
    const { core, received, ledger, rewraps, rewrapper, logger } = this.#options;
    const { versionNo, recordId, version, found } = row;
    if (row.confirmedBy[channel] !== null) return;
    const there = await this.#read(patient, row, channel);
    if (there === undefined) throw new NotYetError('RECORD_UNKNOWN');
    const stored = received.get(versionNo)?.stored;
    const last = there.confirmations?.at(-1);
    const said = {
      tagGroups: found.tagGroups,
      ...(found.isUncategorised && { uncategorised: true as const }),
    };
    let txId = last !== undefined && isSame(last, said) ? last.txId : undefined;
    if (txId === undefined) {
      const body: StatementBody<'confirmTags'> = {
        ...{ patientId: patient.patientId, recordId, version, ...said },
        manifestHash: stored?.manifestHash ?? there.manifestHash,
        seq: (last?.seq ?? 0) + 1,
      };
      const { networkId } = this.#options;
      const { patientId } = patient;
      const statement = patientStatement(
        'confirmTags',
        { patientId, networkId, channels: [channel], body },
        patient.chain.signer,
      );
      const { item } = await ledger.confirm[channel].submit(patientId, statement);
      if (item.code !== 'OK') {
        if (!FINAL_CODES.has(item.code)) throw new NotYetError(item.code);
        logger.error({ recordId, version, channel, code: item.code }, 'its tags cannot be confirmed');
        core.store.deferred(() => received.setFailed(versionNo, item.code));
        return;
      }
      ({ txId } = item);
    }
    const confirmedBy = txId;
    core.store.deferred(() => {
      received.setConfirmed(versionNo, channel, confirmedBy);
      if (channel === 'cloud') rewraps.request(row.patientNo, NONE_OF_ITS_OWN);
    });
    if (channel === 'cloud') rewrapper.add(row.patientNo);
  }

  #read(
    { patientId }: Patient,
    { recordId, version }: ReceivedVersion,
    channel: ChannelName,
  ): Promise<StoredRecordState | AnnouncedRecordState | undefined> {
    const { ledger } = this.#options;
    const named = { patientId, recordId, version };
    return orUndefined<StoredRecordState | AnnouncedRecordState>(
      channel === 'cloud'
        ? ledger.channel('cloud').evaluate(records, 'GetRecord', named)
        : ledger.channel('authorities').evaluate(records, 'GetAnnouncement', named),
      'RECORD_UNKNOWN',
    );
  }
}

type Said = Pick<StatementBody<'confirmTags'>, 'tagGroups' | 'uncategorised'>;

const isSame = (a: Said, b: Said): boolean =>
  canonicalJson({ tagGroups: a.tagGroups, uncategorised: a.uncategorised ?? false }) ===
  canonicalJson({ tagGroups: b.tagGroups, uncategorised: b.uncategorised ?? false });

/** Of a provider: it has not what the ledger has, or not in a form that anybody reads. */
const FINAL_PROBLEMS: ReadonlySet<string> = new Set(['WRAPS_OUTDATED', 'BLOB_MISSING', 'BLOB_DAMAGED']);

/** Why a version cannot be opened, whoever is asked and however often; undefined where that may change. */
function failureOf(error: unknown): string | undefined {
  if (error instanceof EnvelopeError || error instanceof FhirError) return error.code;
  const code = error instanceof HttpClientError ? error.problem?.code : undefined;
  return code !== undefined && FINAL_PROBLEMS.has(code) ? code : undefined;
}

/** A refusal is about this version alone; that nobody answers is about all of them. */
function laterOf(error: unknown): unknown {
  if (!(error instanceof HttpClientError)) return error;
  const code = error.problem?.code;
  const isOfVersion = code === 'PROVIDER_UNREACHABLE' || !isUnavailable(error);
  return isOfVersion ? new NotYetError(code ?? error.code) : error;
}
