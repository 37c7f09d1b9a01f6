import type { Signer, SignatureVerifier } from '@careledger/crypto';
import { fromBase64url } from '@careledger/crypto';
import {
  BATCH_MAX_ITEMS,
  accessControl,
  records,
  type ItemResult,
  type KeyPeriod,
} from '@careledger/contracts';
import { timestampOf } from '@careledger/domain';
import {
  EnvelopeError,
  checkWrapSet,
  makeStoreReceipt,
  readManifest,
  readWrapSet,
} from '@careledger/envelope';
import { submitBatch, type LedgerChannel } from '@careledger/ledger';
import { problemOfLedger } from '@careledger/ledger/service';
import type { StoreRecordAnswer, StoreRecordRequest } from '@careledger/protocol';
import { ProblemError, SubjectBatcher } from '@careledger/service-kit';
import type { BlobStore } from '../blobs/blob-store.js';
import type { ProblemCode } from '../problems.js';
import type { HeldVersion, VersionStore } from '../store/version-store.js';
import { readIncoming, readStoreStatement } from './incoming.js';

export interface RecordServiceOptions {
  readonly providerId: string;
  readonly signer: Signer;
  readonly verifier: SignatureVerifier;
  readonly cloud: LedgerChannel;
  readonly versions: VersionStore;
  readonly blobs: BlobStore;
}

/** A statement on its way to the ledger. */
interface Submission {
  readonly patientId: string;
  readonly statement: string;
  readonly transaction: 'StoreRecords' | 'ReviseRecords';
}

interface Settled {
  readonly item: ItemResult;
  readonly blockNumber: number;
}

/**
 * Stores versions of records. Durable in this order: blob, then statement, manifest and wraps, then the transaction,
 * then the receipt; only then is the caller answered. Every step can be repeated, and is after a crash.
 */
export class RecordService {
  readonly #options: RecordServiceOptions;
  readonly #batchers: Readonly<Record<Submission['transaction'], SubjectBatcher<Submission, Settled>>>;

  constructor(options: RecordServiceOptions) {
    this.#options = options;
    this.#batchers = {
      StoreRecords: this.#batcher('StoreRecords'),
      ReviseRecords: this.#batcher('ReviseRecords'),
    };
  }

  /** Items that wait for a transaction. */
  get waiting(): number {
    return this.#batchers.StoreRecords.waiting + this.#batchers.ReviseRecords.waiting;
  }

  /**
   * Stores a version, or gives the receipt of the same version again.
   * @throws ProblemError VERSION_MISMATCH, PROVIDER_MISMATCH, RECORD_EXISTS, RECORD_REFUSED, LEDGER_UNAVAILABLE
   */
  async store(
    request: StoreRecordRequest,
    path: { readonly recordId: string; readonly version: number },
  ): Promise<{ answer: StoreRecordAnswer; created: boolean }> {
    const { blobs, providerId, versions } = this.#options;
    const incoming = readIncoming(request, path, providerId);
    const { recordId, version, patientId, ciphertextSha256 } = incoming.body;
    const held = versions.find(recordId, version);
    if (held?.receipt != null) {
      if (held.statement !== request.statement)
        throw new ProblemError<ProblemCode>(
          'RECORD_EXISTS',
          `Version ${version} of ${recordId} is another one`,
        );
      return { answer: this.#answer(held), created: false };
    }
    await blobs.put(ciphertextSha256, incoming.ciphertext);
    const { statement, manifest, wrapSet } = request;
    versions.keep({
      recordId,
      version,
      patientId,
      statement,
      manifest,
      wrapSet,
      wrapSeq: incoming.wrapSeq,
      ciphertextSha256,
    });
    return { answer: await this.#submit({ recordId, version, patientId, statement }), created: true };
  }

  /**
   * Finishes what a crash or an outage interrupted; the ledger recognises statements that it has. Resolves with how many
   * versions were settled, one way or the other.
   * @throws ProblemError LEDGER_UNAVAILABLE while some cannot be
   */
  async resume(): Promise<number> {
    const pending = this.#options.versions.pending();
    const outcomes = await Promise.allSettled(pending.map((version) => this.#submit(version)));
    const away = outcomes.find(
      (outcome) =>
        outcome.status === 'rejected' &&
        outcome.reason instanceof ProblemError &&
        outcome.reason.code === 'LEDGER_UNAVAILABLE',
    );
    if (away?.status === 'rejected') throw away.reason;
    return pending.length;
  }

  /**
   * Takes a newer wrap set, signed by the patient's gateway or by the record's author.
   * @throws ProblemError RECORD_UNKNOWN, WRAPS_REFUSED
   */
  async replaceWraps(recordId: string, version: number, wrapSet: string): Promise<void> {
    const { versions, verifier } = this.#options;
    const held = versions.find(recordId, version);
    if (held === undefined)
      throw new ProblemError<ProblemCode>('RECORD_UNKNOWN', 'No such version is held here');
    if (held.wrapSet === wrapSet) return;
    try {
      const manifest = readManifest(held.manifest);
      const keys = await this.#signersOf(held.patientId, manifest.aad.author);
      checkWrapSet(wrapSet, held.manifest, manifest, { keys, verifier });
    } catch (error) {
      if (error instanceof EnvelopeError)
        throw new ProblemError<ProblemCode>('WRAPS_REFUSED', `${error.code}: ${error.message}`, {
          cause: error,
        });
      throw problemOfLedger<ProblemCode>(error, 'WRAPS_REFUSED');
    }
    if (!versions.replaceWraps(recordId, version, wrapSet, readWrapSet(wrapSet).seq))
      throw new ProblemError<ProblemCode>(
        'WRAPS_REFUSED',
        'Send a wrap set with a higher `seq` than the one held',
      );
  }

  async #signersOf(patientId: string, author: string): Promise<Uint8Array[]> {
    const { cloud } = this.#options;
    const patient = await cloud.evaluate(accessControl, 'GetPatient', { patientId });
    const periods: KeyPeriod[] = [...patient.gatewayKeys];
    if (author !== patientId) {
      const authority = await cloud.evaluate(accessControl, 'GetAuthority', { authorityId: author });
      periods.push(...authority.signingKeys);
    }
    return periods.map((period) => fromBase64url(period.key));
  }

  async #submit(
    version: Pick<HeldVersion, 'recordId' | 'version' | 'patientId' | 'statement'>,
  ): Promise<StoreRecordAnswer> {
    const { recordId, version: number, patientId, statement } = version;
    const transaction = number === 1 ? 'StoreRecords' : 'ReviseRecords';
    let settled: Settled;
    try {
      settled = await this.#batchers[transaction].add({ patientId, statement, transaction });
    } catch (error) {
      throw problemOfLedger<ProblemCode>(error, 'RECORD_REFUSED');
    }
    const { item, blockNumber } = settled;
    if (item.code !== 'OK') {
      this.#options.versions.drop(recordId, number);
      throw new ProblemError<ProblemCode>('RECORD_REFUSED', `The ledger refused the record: ${item.code}`, {
        members: { reason: item.code, txId: item.txId },
      });
    }
    return this.#settle(recordId, number, item.txId, blockNumber);
  }

  #settle(recordId: string, version: number, txId: string, blockNumber: number): StoreRecordAnswer {
    const { providerId, signer, versions } = this.#options;
    const held = versions.find(recordId, version);
    if (held === undefined)
      throw new ProblemError<ProblemCode>('RECORD_UNKNOWN', 'The version was dropped meanwhile');
    if (held.receipt !== null) return this.#answer(held);
    const { manifestHash, ciphertextSha256 } = readStoreStatement(held.statement).body;
    const receipt = makeStoreReceipt(
      {
        recordId,
        version,
        ciphertextSha256,
        manifestHash,
        provider: providerId,
        txId,
        blockNumber,
        storedAt: timestampOf(Date.now()),
      },
      signer,
    );
    versions.settle(recordId, version, { txId, blockNumber, receipt });
    return { recordId, version, providerId, txId, blockNumber, receipt };
  }

  #answer(held: HeldVersion): StoreRecordAnswer {
    const { recordId, version, txId, blockNumber, receipt } = held;
    if (txId === null || blockNumber === null || receipt === null)
      throw new ProblemError<ProblemCode>('RECORD_UNKNOWN', 'The version has no receipt yet');
    return { recordId, version, providerId: this.#options.providerId, txId, blockNumber, receipt };
  }

  #batcher(transaction: Submission['transaction']): SubjectBatcher<Submission, Settled> {
    const { cloud } = this.#options;
    return new SubjectBatcher<Submission, Settled>({
      subjectOf: (submission) => submission.patientId,
      maxItems: BATCH_MAX_ITEMS,
      run: async (submissions) => {
        const outcomes = await submitBatch({
          items: submissions.map((submission) => submission.statement),
          maxItems: BATCH_MAX_ITEMS,
          submit: (items) => cloud.submit(records, transaction, { items: [...items] }),
        });
        return outcomes.flatMap((outcome) => {
          if (outcome.status === 'failed') throw outcome.error;
          const { result, blockNumber } = outcome.submitted;
          return result.items.map((item) => ({ item, blockNumber: Number(blockNumber) }));
        });
      },
    });
  }
}
