import { records } from '@careledger/contracts';
import { tokenHash } from '@careledger/envelope';
import { LedgerError, type LedgerChannel } from '@careledger/ledger';
import { problemOfLedger } from '@careledger/ledger/service';
import type { StoreRecordAnswer, StoreRecordRequest } from '@careledger/protocol';
import { ProblemError } from '@careledger/service-kit';
import { readStatement } from '@careledger/statements';
import type { BlobStore } from '../blobs/blob-store.js';
import { assertSpeaksFor, type Caller } from '../caller.js';
import { StatementQueue } from '../ledger/statement-queue.js';
import type { ProblemCode } from '../problems.js';
import type { HeldVersion, HeldVersionStore } from '../store/held-version-store.js';
import { checkAuthor, type AuthorCheckOptions } from './author.js';
import { readIncoming, type IncomingVersion } from './incoming.js';
import type { PendingQuota, PendingStore, PendingVersion } from './pending-store.js';
import { answerOf, recordExists, type Settler } from './settling.js';

export interface RecordServiceOptions extends AuthorCheckOptions {
  readonly providerId: string;
  readonly cloud: LedgerChannel;
  readonly versions: HeldVersionStore;
  readonly pending: PendingStore;
  readonly blobs: BlobStore;
  readonly settler: Settler;
  readonly quota: PendingQuota;
}

/** Interrupted versions that are in memory at once. */
const RESUMED_AT_ONCE_MAX = 500;

type Transaction = 'StoreRecords' | 'ReviseRecords';

/**
 * Stores versions of records. Who made a version is checked before anything of it is written. Durable in this order:
 * statement, manifest and wraps, then the blob, then the transaction, then the receipt; only then is the caller answered.
 * Every step can be repeated, and is after a crash.
 */
export class RecordService {
  readonly #options: RecordServiceOptions;
  readonly #queues: Readonly<Record<Transaction, StatementQueue>>;
  /** By statement hash: the same request twice at once is one. */
  readonly #underWay = new Map<string, Promise<StoreRecordAnswer>>();

  constructor(options: RecordServiceOptions) {
    this.#options = options;
    const queue = (transaction: Transaction) =>
      new StatementQueue((items) => options.cloud.submit(records, transaction, { items }));
    this.#queues = { StoreRecords: queue('StoreRecords'), ReviseRecords: queue('ReviseRecords') };
  }

  /**
   * Stores a version, or gives the receipt of the same version again.
   * @throws ProblemError ORGANISATION_MISMATCH, VERSION_MISMATCH, PROVIDER_MISMATCH, RECORD_EXISTS (`manifestHash` of the
   * version that stands there), RECORD_REFUSED, MANIFEST_REFUSED, WRAPS_REFUSED, TOO_MANY_REQUESTS, LEDGER_UNAVAILABLE
   */
  async store(
    request: StoreRecordRequest,
    path: { readonly recordId: string; readonly version: number },
    caller: Caller,
  ): Promise<{ answer: StoreRecordAnswer; created: boolean }> {
    const { providerId, versions } = this.#options;
    const incoming = readIncoming(request, path, providerId);
    assertSpeaksFor(caller, incoming.statement.issuer);
    const held = versions.find(path.recordId, path.version);
    if (held !== undefined) {
      await this.#options.pending.onDisk();
      return { answer: this.#answerAgain(held, incoming), created: false };
    }
    const acceptedAt = await checkAuthor(incoming, this.#options);
    await this.#assertEntitled(incoming);
    const answer = await this.#carryOut(pendingOf(incoming, caller, acceptedAt), incoming.ciphertext);
    return { answer, created: true };
  }

  /**
   * Finishes some of what a crash or an outage interrupted; the ledger recognises statements that it has. Resolves with
   * how many versions were settled, one way or the other: 0 when there are no more.
   * @throws ProblemError LEDGER_UNAVAILABLE while some cannot be
   */
  async resume(): Promise<number> {
    const { pending } = this.#options;
    const waiting = pending
      .hashes()
      .filter((hash) => !this.#underWay.has(hash))
      .slice(0, RESUMED_AT_ONCE_MAX)
      .flatMap((hash) => pending.find(hash) ?? []);
    const outcomes = await Promise.allSettled(waiting.map((version) => this.#carryOut(version)));
    const failed = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
    const away = failed.find((reason) => !isSettled(reason));
    if (away !== undefined) throw away;
    return waiting.length;
  }

  #answerAgain(held: HeldVersion, { statement }: IncomingVersion): StoreRecordAnswer {
    const { providerId } = this.#options;
    const { recordId, version, txId } = held;
    // By the manifest, which its author signed: a statement may have been made again.
    const manifestHash = tokenHash(held.manifest);
    if (manifestHash === statement.body.manifestHash) return answerOf(held, providerId);
    const author = readStatement(held.statement).payload.iss;
    throw recordExists({ recordId, version, manifestHash, author, providerId, txId });
  }

  /** An authority that may not write is told at once: nothing of it waits before what patients store. */
  async #assertEntitled({ statement: { token, issuer, body } }: IncomingVersion): Promise<void> {
    if (issuer === body.patientId) return;
    const { ownPeer, settler } = this.#options;
    try {
      const code = await ownPeer.wouldStore(transactionOf(body.version), token);
      if (code !== 'OK') throw await settler.refused(body, code);
    } catch (error) {
      throw problemOfLedger<ProblemCode>(error, 'RECORD_REFUSED');
    }
  }

  /** From a checked version to its receipt. @param ciphertext absent where the blob is there already, or never will be */
  #carryOut(version: PendingVersion, ciphertext?: Uint8Array): Promise<StoreRecordAnswer> {
    const known = this.#underWay.get(version.statementHash);
    if (known !== undefined) return known;
    const answer = this.#keepAndSubmit(version, ciphertext).finally(() => {
      this.#underWay.delete(version.statementHash);
    });
    this.#underWay.set(version.statementHash, answer);
    return answer;
  }

  async #keepAndSubmit(
    version: PendingVersion,
    ciphertext: Uint8Array | undefined,
  ): Promise<StoreRecordAnswer> {
    if (ciphertext === undefined) await this.#assertBlob(version);
    else await this.#keep(version, ciphertext);
    try {
      const settled = await this.#queues[transactionOf(version.version)].add(version);
      return await this.#options.settler.settle(version, settled);
    } catch (error) {
      throw problemOfLedger<ProblemCode>(error, 'RECORD_REFUSED');
    }
  }

  async #keep(version: PendingVersion, ciphertext: Uint8Array): Promise<void> {
    const { blobs, pending, quota } = this.#options;
    if (!(await pending.keep(version, quota)))
      throw new ProblemError(
        'TOO_MANY_REQUESTS',
        `${version.mspId} has as many versions or bytes on their way as it may; wait for some to be settled`,
      );
    try {
      await blobs.put(version.ciphertextSha256, ciphertext);
    } catch (error) {
      pending.drop(version);
      throw error;
    }
  }

  /** A process that died while it took the blob, or gave it up, left none: the author has no answer and sends again. */
  async #assertBlob(version: PendingVersion): Promise<void> {
    const { blobs, pending } = this.#options;
    if (await blobs.has(version.ciphertextSha256)) return;
    pending.drop(version);
    throw new ProblemError<ProblemCode>(
      'BLOB_MISSING',
      'The version was interrupted before its blob was here',
    );
  }
}

const transactionOf = (version: number): Transaction => (version === 1 ? 'StoreRecords' : 'ReviseRecords');

/** Whether a version was given up, so that it waits no more; a refusal of the whole transaction is the operator's matter. */
const isSettled = (reason: unknown): boolean =>
  reason instanceof ProblemError &&
  !(reason.cause instanceof LedgerError) &&
  ['RECORD_REFUSED', 'RECORD_EXISTS', 'BLOB_MISSING'].includes((reason as ProblemError<ProblemCode>).code);

function pendingOf(incoming: IncomingVersion, { mspId }: Caller, acceptedAt: string): PendingVersion {
  const { request, statement } = incoming;
  const { recordId, version, patientId, ciphertextSha256, sizeBytes } = statement.body;
  const texts = [request.statement, request.manifest, request.wrapSet, ...request.wraps];
  return {
    statementHash: statement.statement.hash,
    recordId,
    version,
    patientId,
    issuer: statement.issuer,
    mspId,
    statement: request.statement,
    manifest: request.manifest,
    wrapSet: request.wrapSet,
    wraps: request.wraps,
    acceptedAt,
    ciphertextSha256,
    sizeBytes: texts.reduce((bytes, text) => bytes + text.length, sizeBytes),
  };
}
