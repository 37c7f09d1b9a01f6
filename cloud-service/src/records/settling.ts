import type { StoredRecordState } from '@careledger/contracts';
import type { Signer } from '@careledger/crypto';
import { timestampOf } from '@careledger/domain';
import { makeStoreReceipt, makeWrapsAcceptance, readWrapSet } from '@careledger/envelope';
import type { LedgerChannel } from '@careledger/ledger';
import type { StoreRecordAnswer } from '@careledger/protocol';
import type { ProblemError } from '@careledger/service-kit';
import type { Clock } from '../clock.js';
import type { OwnPeer } from '../ledger/own-peer.js';
import { refusal } from '../ledger/refusal.js';
import type { Settled } from '../ledger/statement-queue.js';
import { readStatementOf } from '../ledger/statements.js';
import type { ProblemCode } from '../problems.js';
import type { HeldVersion, HeldVersionStore } from '../store/held-version-store.js';
import type { PendingStore, PendingVersion } from './pending-store.js';

export interface SettlerOptions {
  readonly providerId: string;
  readonly signer: Signer;
  readonly cloud: Pick<LedgerChannel, 'findTransaction'>;
  readonly ownPeer: OwnPeer;
  readonly pending: PendingStore;
  readonly versions: HeldVersionStore;
  readonly clock: Clock;
}

/** Codes with which the ledger says that the version may be taken. */
const VERSION_TAKEN: ReadonlySet<string> = new Set(['RECORD_EXISTS', 'VERSION_CONFLICT']);

/** Carries out what the ledger said to a pending version: that very one, whatever else waits to become the same version. */
export class Settler {
  readonly #options: SettlerOptions;

  constructor(options: SettlerOptions) {
    this.#options = options;
  }

  /**
   * Signs for a version that the ledger took, and forgets one that it refused.
   * @throws ProblemError RECORD_REFUSED, RECORD_EXISTS; LedgerError while that cannot be known
   */
  async settle(version: PendingVersion, settled: Settled): Promise<StoreRecordAnswer> {
    const { code } = settled.item;
    if (code === 'OK') return this.#sign(version, settled);
    const problem = await this.refused(version, code);
    this.#options.pending.drop(version);
    throw problem;
  }

  /** Why the ledger does not take a version; for one that came second, who was first. @throws LedgerError */
  async refused(
    { patientId, recordId, version }: Pick<PendingVersion, 'patientId' | 'recordId' | 'version'>,
    code: string,
  ): Promise<ProblemError<ProblemCode>> {
    const winner = VERSION_TAKEN.has(code)
      ? await this.#options.ownPeer.storedVersion(patientId, recordId, version)
      : undefined;
    return winner === undefined
      ? refusal('RECORD_REFUSED', code, 'the ledger does not take the version')
      : recordExists(winner);
  }

  async #sign(pending: PendingVersion, settled: Settled): Promise<StoreRecordAnswer> {
    const { providerId, signer, clock } = this.#options;
    const { recordId, version, statementHash, wrapSet, acceptedAt, ciphertextSha256 } = pending;
    const { manifestHash } = readStatementOf('storeRecord', pending.statement, 'RECORD_REFUSED').body;
    const { txId } = settled.item;
    const blockNumber = await this.#blockOf(txId, settled);
    const receipt = makeStoreReceipt(
      {
        recordId,
        version,
        ciphertextSha256,
        manifestHash,
        provider: providerId,
        txId,
        blockNumber,
        storedAt: timestampOf(clock().wallMs),
      },
      signer,
    );
    const acceptance = makeWrapsAcceptance(
      { wrapSet, set: readWrapSet(wrapSet), provider: providerId, acceptedAt },
      signer,
    );
    await this.#options.pending.settle(statementHash, { txId, blockNumber, receipt, acceptance });
    const held = this.#options.versions.find(recordId, version);
    if (held === undefined) throw new RangeError(`${recordId} was to be held now`);
    return answerOf(held, providerId);
  }

  /** A statement that came twice is in the block of its first transaction. */
  async #blockOf(txId: string, { transactionId, blockNumber }: Settled): Promise<number> {
    if (txId === transactionId) return Number(blockNumber);
    return Number((await this.#options.cloud.findTransaction(txId)).block.number);
  }
}

/** The version is taken by another content; its hash lets the author see whether it is its own. */
export const recordExists = ({
  recordId,
  version,
  manifestHash,
  author,
  providerId,
  txId,
}: Pick<
  StoredRecordState,
  'recordId' | 'version' | 'manifestHash' | 'author' | 'providerId' | 'txId'
>): ProblemError<ProblemCode> =>
  refusal('RECORD_EXISTS', 'RECORD_EXISTS', `version ${version} of ${recordId} is another one`, {
    members: { manifestHash, author, providerId, txId },
  });

/** What the author of a held version is told, then and again. */
export const answerOf = (
  { recordId, version, txId, blockNumber, receipt }: HeldVersion,
  providerId: string,
): StoreRecordAnswer => ({ recordId, version, providerId, txId, blockNumber, receipt });
