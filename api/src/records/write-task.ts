import { toBase64url } from '@careledger/crypto';
import type { SignatureVerifier } from '@careledger/crypto';
import { BATCH_MAX_ITEMS, records, type ItemResult, type StoredRecordState } from '@careledger/contracts';
import { EnvelopeError, checkStoreReceipt } from '@careledger/envelope';
import { LedgerError, submitBatch } from '@careledger/ledger';
import { PROVIDER_ROUTES, StoreRecordAnswer } from '@careledger/protocol';
import { HttpClientError, SubjectBatcher, type Logger } from '@careledger/service-kit';
import type { Issuer } from '../issuer.js';
import type { Channels } from '../ledger-port.js';
import { removeTask, type TaskHandler } from '../outbox/outbox.js';
import { everyKey, type Directory } from '../policy/directory.js';
import { isUnavailable, type ProviderPool, type ReachableProvider } from '../providers/provider-pool.js';
import type { Store } from '../store/store.js';
import { announceStatement, storeStatement } from './write-statements.js';
import type { Write, WriteStore } from './write-store.js';
import { writeRef } from './write-service.js';

/** A grant reaches the two channels one after the other: a denial of a young write may be premature. */
export const REFUSAL_GRACE_MS = 20_000;

/** A grant's or a registration's absence may end; the rest of the refusals stand. */
const MAY_BE_PREMATURE: ReadonlySet<string> = new Set(['NO_GRANT', 'PATIENT_UNKNOWN', 'AUTHORITY_UNKNOWN']);
/** Refusals after which the ledger may have this very version: an answer was lost. */
const MAY_BE_THERE: ReadonlySet<string> = new Set(['RECORD_EXISTS', 'VERSION_CONFLICT']);
const TRY_AGAIN: ReadonlySet<string> = new Set(['BATCH_DUPLICATE_SUBJECT']);

export interface WriteTaskOptions {
  readonly issuer: Issuer;
  readonly channels: Channels;
  readonly directory: Directory;
  readonly pool: ProviderPool;
  readonly store: Store;
  readonly writes: WriteStore;
  readonly verifier: SignatureVerifier;
  readonly logger: Pick<Logger, 'warn'>;
}

interface StoredAt {
  readonly providerId: string;
  readonly txId: string;
  /** Null where another sending's answer was lost and the ledger alone tells of it. */
  readonly receipt: string | null;
}

/** The ledger's final no. */
class Refused extends Error {
  constructor(readonly reason: string) {
    super(`The ledger refused the record: ${reason}`);
  }
}

/** Brings a write from this store to a provider and from there to the authorities' ledger. */
export class WriteTask implements TaskHandler {
  readonly #options: WriteTaskOptions;
  /** Announcements of different patients share transactions. */
  readonly #announcements: SubjectBatcher<{ patientId: string; statement: string }, ItemResult>;

  constructor(options: WriteTaskOptions) {
    this.#options = options;
    const { authorities } = options.channels;
    this.#announcements = new SubjectBatcher({
      subjectOf: ({ patientId }) => patientId,
      maxItems: BATCH_MAX_ITEMS,
      run: async (items) => {
        const outcomes = await submitBatch({
          items: items.map(({ statement }) => statement),
          maxItems: BATCH_MAX_ITEMS,
          submit: (statements) => authorities.submit(records, 'AnnounceRecords', { items: [...statements] }),
        });
        return outcomes.flatMap((outcome) => {
          if (outcome.status === 'failed') throw outcome.error;
          return outcome.submitted.result.items;
        });
      },
    });
  }

  async advance(ref: string, signal: AbortSignal): Promise<void> {
    const { store, writes } = this.#options;
    const write = this.#find(ref);
    if (write === undefined) {
      await store.commit(() => removeTask(store, { kind: 'record', ref }));
      return;
    }
    try {
      if (write.stage === 'sealed') await this.#store(write, signal);
      await this.#announce(ref);
    } catch (error) {
      if (!(error instanceof Refused) || isPremature(error, write)) throw error;
      await store.commit(() => {
        writes.refused(write, error.reason);
        removeTask(store, { kind: 'record', ref });
      });
    }
  }

  #find(ref: string): Write | undefined {
    const [recordId = '', version = ''] = ref.split('/');
    return this.#options.writes.find(recordId, Number(version));
  }

  async #store(write: Write, signal: AbortSignal): Promise<void> {
    const { issuer, pool, store, writes } = this.#options;
    const stored = await pool.firstOf(pool.order(write.providerId), (provider) =>
      this.#storeAt(provider, write, signal),
    );
    const statement = announceStatement(issuer, write, stored);
    await store.commit(() => writes.stored(write, stored, statement));
  }

  async #storeAt(provider: ReachableProvider, write: Write, signal: AbortSignal): Promise<StoredAt> {
    const { issuer, store, writes } = this.#options;
    const { recordId, version, manifest, wrapSet, ciphertext } = write;
    if (ciphertext === null) throw new Error(`The ciphertext of ${recordId} is gone before it was stored`);
    // By the store, not by `write`: another provider may have been tried before this one.
    const current = writes.find(recordId, version) ?? write;
    let statement = current.storeStatement;
    if (current.providerId !== provider.providerId) {
      statement = storeStatement(issuer, write, provider.providerId);
      await store.commit(() => writes.readdress(write, provider.providerId, statement));
    }
    try {
      const answer = await provider.client.call('PUT', PROVIDER_ROUTES.version(recordId, version), {
        body: { statement, manifest, wrapSet, ciphertext: toBase64url(ciphertext) },
        result: StoreRecordAnswer,
        signal,
      });
      await this.#checkReceipt(answer, write);
      return answer;
    } catch (error) {
      if (!(error instanceof HttpClientError) || isUnavailable(error)) throw error;
      return this.#afterRefusal(error, write);
    }
  }

  /** The provider's signed word has to be about this very version. */
  async #checkReceipt(answer: StoreRecordAnswer, write: Write): Promise<void> {
    const { directory, verifier } = this.#options;
    const { providerId, txId, receipt } = answer;
    const { recordId, version, manifestHash, description } = write;
    const { ciphertextSha256 } = description;
    const keys = everyKey((await directory.provider(providerId)).signingKeys);
    try {
      const expected = { recordId, version, manifestHash, ciphertextSha256, provider: providerId, txId };
      checkStoreReceipt(receipt, expected, { keys, verifier });
    } catch (cause) {
      if (!(cause instanceof EnvelopeError)) throw cause;
      throw new HttpClientError('BAD_RESPONSE', `${providerId} gave a wrong receipt: ${cause.message}`, {
        cause,
      });
    }
  }

  async #afterRefusal(error: HttpClientError, write: Write): Promise<StoredAt> {
    const given = error.problem?.['reason'];
    const reason = typeof given === 'string' ? given : (error.problem?.code ?? error.code);
    if (TRY_AGAIN.has(reason)) throw error;
    if (MAY_BE_THERE.has(reason)) {
      const onLedger = await this.#onLedger(write);
      if (onLedger?.manifestHash === write.manifestHash)
        return { providerId: onLedger.providerId, txId: onLedger.txId, receipt: null };
    }
    throw new Refused(reason);
  }

  async #onLedger({ patientId, recordId, version }: Write): Promise<StoredRecordState | undefined> {
    try {
      return await this.#options.channels.cloud.evaluate(records, 'GetRecord', {
        patientId,
        recordId,
        version,
      });
    } catch (error) {
      if (error instanceof LedgerError && error.chaincodeCode === 'RECORD_UNKNOWN') return undefined;
      throw error;
    }
  }

  async #announce(ref: string): Promise<void> {
    const { store, writes } = this.#options;
    const write = this.#find(ref);
    if (write?.stage !== 'stored' || write.announceStatement === null) return;
    const { patientId } = write;
    const item = await this.#announcements.add({ patientId, statement: write.announceStatement });
    if (TRY_AGAIN.has(item.code)) throw new Error(`The announcement has to wait: ${item.code}`);
    if (item.code !== 'OK') throw new Refused(item.code);
    await store.commit(() => {
      writes.announced(write, item.txId);
      removeTask(store, { kind: 'record', ref: writeRef(write.recordId, write.version) });
    });
  }
}

const isPremature = ({ reason }: Refused, { createdAt }: Write): boolean =>
  MAY_BE_PREMATURE.has(reason) && Date.now() - Date.parse(createdAt) < REFUSAL_GRACE_MS;
