import { records } from '@careledger/contracts';
import { tokenHash } from '@careledger/envelope';
import { LedgerError, type LedgerChannel } from '@careledger/ledger';
import { problemOfLedger } from '@careledger/ledger/service';
import type { StoreItem, StoreRecordAnswer, StoreRecordRequest } from '@careledger/protocol';
import { ProblemError, type Logger } from '@careledger/service-kit';
import { readStatement } from '@careledger/statements';
import type { BlobStore } from '../blobs/blob-store.js';
import { assertSpeaksFor, type Caller } from '../caller.js';
import { StatementQueue } from '../ledger/statement-queue.js';
import { eachInTurn, placed, type Failed, type Placed } from '../items.js';
import type { ProblemCode } from '../problems.js';
import type { HeldVersion, HeldVersionStore } from '../store/held-version-store.js';
import { checkAuthor, registeredFor, type AuthorCheckOptions, type Registered } from './author.js';
import { CommonStart } from './common-start.js';
import { readIncoming, type IncomingVersion, type VersionPath } from './incoming.js';
import type { PendingQuota, PendingStore, PendingVersion } from './pending-store.js';
import { answerOf, recordExists, type Settler } from './settling.js';
import { storeProblemOf } from './store-problem.js';

export interface RecordServiceOptions extends AuthorCheckOptions {
  readonly logger: Pick<Logger, 'error'>;
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

/** A version whose author is checked. */
interface Checked {
  readonly version: PendingVersion;
  readonly ciphertext: Uint8Array;
}

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
    path: VersionPath,
    caller: Caller,
  ): Promise<{ answer: StoreRecordAnswer; created: boolean }> {
    const { incoming, before } = await this.#read(request, caller, path);
    if (before !== undefined) return { answer: before, created: false };
    const registered = await registeredFor([incoming], this.#options);
    const checked = await this.#check(incoming, caller, registered);
    return { answer: await this.#carryOut(checked.version, checked.ciphertext), created: true };
  }

  /**
   * Stores many versions, each by itself: what is wrong with one costs the others nothing. What the own peer is asked, what is
   * written and what goes to the ledger they share.
   * @returns in the order of the requests; problems are those of `store`, and INTERNAL_ERROR
   */
  async storeAll(requests: readonly StoreRecordRequest[], caller: Caller): Promise<StoreItem[]> {
    const answers: StoreItem[] = requests.map(() => ({}));
    const failed: Failed = (place, error) => {
      answers[place] = { problem: storeProblemOf(error, this.#options.logger) };
    };
    const read = await eachInTurn(placed(requests), (request) => this.#read(request, caller), failed);
    const fresh: Placed<IncomingVersion>[] = [];
    for (const { place, value } of read)
      if (value.before === undefined) fresh.push({ place, value: value.incoming });
      else answers[place] = { stored: value.before };
    const checked = await this.#checkAll(fresh, caller, failed);
    // What is on disk goes to the ledger together, in one transaction.
    const start = new CommonStart(checked.length);
    await Promise.all(
      checked.map(async ({ place, value }) => {
        try {
          answers[place] = { stored: await this.#carryOut(value.version, value.ciphertext, start) };
        } catch (error) {
          failed(place, error);
        }
      }),
    );
    return answers;
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

  /** A version as it came; `before` where this provider holds it already. */
  async #read(
    request: StoreRecordRequest,
    caller: Caller,
    path?: VersionPath,
  ): Promise<{ readonly incoming: IncomingVersion; readonly before: StoreRecordAnswer | undefined }> {
    const { pending, providerId, versions } = this.#options;
    const incoming = readIncoming(request, providerId, path);
    const { issuer, body } = incoming.statement;
    assertSpeaksFor(caller, issuer);
    const held = versions.find(body.recordId, body.version);
    if (held === undefined) return { incoming, before: undefined };
    await pending.onDisk();
    return { incoming, before: this.#answerAgain(held, incoming) };
  }

  /** All of a batch, by one look at the own peer. */
  async #checkAll(
    fresh: readonly Placed<IncomingVersion>[],
    caller: Caller,
    failed: Failed,
  ): Promise<Placed<Checked>[]> {
    let registered: Registered;
    try {
      registered = await registeredFor(
        fresh.map(({ value }) => value),
        this.#options,
      );
    } catch (error) {
      for (const { place } of fresh) failed(place, error);
      return [];
    }
    return eachInTurn(fresh, (incoming) => this.#check(incoming, caller, registered), failed);
  }

  async #check(incoming: IncomingVersion, caller: Caller, registered: Registered): Promise<Checked> {
    const acceptedAt = await checkAuthor(incoming, registered, this.#options);
    await this.#assertEntitled(incoming);
    return { version: pendingOf(incoming, caller, acceptedAt), ciphertext: incoming.ciphertext };
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

  /**
   * From a checked version to its receipt.
   * @param ciphertext absent where the blob is there already, or never will be
   * @param start of those that it shares a transaction with
   */
  #carryOut(
    version: PendingVersion,
    ciphertext?: Uint8Array,
    start = new CommonStart(1),
  ): Promise<StoreRecordAnswer> {
    const known = this.#underWay.get(version.statementHash);
    if (known !== undefined) {
      start.arrive();
      return known;
    }
    const answer = this.#keepAndSubmit(version, ciphertext, start).finally(() => {
      this.#underWay.delete(version.statementHash);
    });
    this.#underWay.set(version.statementHash, answer);
    return answer;
  }

  async #keepAndSubmit(
    version: PendingVersion,
    ciphertext: Uint8Array | undefined,
    start: CommonStart,
  ): Promise<StoreRecordAnswer> {
    try {
      if (ciphertext === undefined) await this.#assertBlob(version);
      else await this.#keep(version, ciphertext);
    } finally {
      start.arrive();
    }
    await start.all;
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
