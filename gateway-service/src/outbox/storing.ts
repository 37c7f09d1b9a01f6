import { records, type StatementBody } from '@careledger/contracts';
import { toBase64url, type SignatureVerifier, type Signer } from '@careledger/crypto';
import { checkStoreReceipt } from '@careledger/envelope';
import type { LedgerChannel } from '@careledger/ledger';
import { PROVIDER_ROUTES, StoreRecordAnswer } from '@careledger/protocol';
import { HttpClientError, type Logger } from '@careledger/service-kit';
import { readStatement } from '@careledger/statements';
import type { Directory } from '../directory/authorities.js';
import { patientStatement } from '../statement.js';
import type { GatewayStore } from '../store/index.js';
import type { RecordVersion, VersionStore } from '../records/version-store.js';
import type { ProviderPool } from './providers.js';
import { isTransientCode } from './statement-batcher.js';

/** Refusals of a provider that no repetition changes. */
const FINAL_STATUSES: ReadonlySet<number> = new Set([400, 409, 413, 422]);

export interface StoringOptions {
  readonly store: Pick<GatewayStore, 'deferred' | 'sync'>;
  readonly versions: VersionStore;
  readonly providers: ProviderPool;
  readonly directory: Pick<Directory, 'providerKeys'>;
  readonly cloud: () => Pick<LedgerChannel, 'evaluate'>;
  readonly signerOf: (patientNo: number) => { readonly patientId: string; readonly signer: Signer };
  readonly verifier: SignatureVerifier;
  readonly networkId: string;
  readonly clock: () => number;
  readonly logger: Pick<Logger, 'info' | 'error'>;
}

/**
 * made → stored: PUTs a version at its provider, as often as it takes with the same bytes, and keeps the receipt. While
 * its provider is away another one gets it, with a statement of its own: the ledger takes exactly one of them, and if it
 * was the first after all, `RECORD_EXISTS` tells, and the first one's receipt is asked for.
 */
export class Storing {
  readonly #options: StoringOptions;

  constructor(options: StoringOptions) {
    this.#options = options;
  }

  async run(versionNo: number, signal: AbortSignal): Promise<void> {
    const found = this.#options.versions.get(versionNo);
    if (found?.stage !== 'made') return;
    const version = await this.#addressed(found);
    const { providerId } = version;
    const { providers } = this.#options;
    let answer: StoreRecordAnswer;
    try {
      answer = await this.#put(version, signal);
    } catch (error) {
      if (!(error instanceof HttpClientError) || error.code === 'ABORTED') throw error;
      return this.#failed(version, error);
    }
    await this.#keep(version, answer);
    providers.worked(providerId);
  }

  #put(version: RecordVersion, signal: AbortSignal): Promise<StoreRecordAnswer> {
    const { versions, providers } = this.#options;
    const { recordId, manifest, wrapSet, storeStatement: statement, providerId } = version;
    const ciphertext = toBase64url(versions.ciphertext(version.versionNo));
    return providers.client(providerId).call('PUT', PROVIDER_ROUTES.version(recordId, version.version), {
      body: { statement, manifest, wrapSet, ciphertext },
      result: StoreRecordAnswer,
      signal,
    });
  }

  /** Keeps the receipt if it is the provider's and of this version, with the statement that announces it. */
  async #keep(version: RecordVersion, { receipt, txId, blockNumber }: StoreRecordAnswer): Promise<void> {
    const { store, versions, directory, verifier, clock, networkId, signerOf } = this.#options;
    const { versionNo, recordId, manifestHash, providerId, storeStatement } = version;
    const { ciphertextSha256 } = storeBody(storeStatement);
    checkStoreReceipt(
      receipt,
      {
        recordId,
        version: version.version,
        manifestHash,
        ciphertextSha256,
        provider: providerId,
        txId,
        blockNumber,
      },
      { keys: await directory.providerKeys(providerId), verifier },
    );
    const { patientId, signer } = signerOf(version.patientNo);
    const body: StatementBody<'announceRecord'> = {
      ...{ patientId, recordId, version: version.version, kind: version.kind, providerId, manifestHash },
      period: { start: version.periodStart, end: version.periodEnd },
      scopeTags: [...version.scopeTags],
      storeTxId: txId,
    };
    const announceStatement = patientStatement(
      'announceRecord',
      { patientId, networkId, channels: ['authorities'], body },
      signer,
    );
    store.deferred(() =>
      versions.setStored(versionNo, { txId, blockNumber, receipt, announceStatement, storedMs: clock() }),
    );
    await store.sync();
  }

  /** Decides whether a failure is for good. @throws the error when the step is to be tried again */
  async #failed(version: RecordVersion, error: HttpClientError): Promise<void> {
    const { store, versions, providers, logger } = this.#options;
    const { versionNo, recordId, providerId } = version;
    const reason = typeof error.problem?.['reason'] === 'string' ? error.problem['reason'] : undefined;
    if (reason === 'RECORD_EXISTS' && (await this.#goBack(version))) throw error;
    const isFinal = error.status !== undefined && FINAL_STATUSES.has(error.status);
    if (!isFinal || (reason !== undefined && isTransientCode(reason))) {
      // The provider's own ledger may be away while another's is not.
      if (!isFinal) providers.failed(providerId);
      throw error;
    }
    const code = reason ?? error.problem?.code ?? String(error.status);
    logger.error({ recordId, version: version.version, providerId, code }, 'the record was refused for good');
    store.deferred(() => versions.setRefused(versionNo, code));
    await store.sync();
  }

  /** The version as its provider is to get it: another one's while its own rests. */
  async #addressed(version: RecordVersion): Promise<RecordVersion> {
    const { providers } = this.#options;
    const { providerId, formerStores, storeStatement } = version;
    if (providers.isWorking(providerId)) return version;
    const next = providers.preferred();
    if (next === undefined || next === providerId) return version;
    const known = formerStores[next];
    return this.#readdress(version, next, known ?? this.#statementFor(version, next), {
      ...formerStores,
      [providerId]: storeStatement,
    });
  }

  /** The ledger has this version by another statement of ours: its provider has the receipt. */
  async #goBack(version: RecordVersion): Promise<boolean> {
    const { cloud, signerOf } = this.#options;
    const { formerStores, providerId, storeStatement, recordId } = version;
    const { patientId } = signerOf(version.patientNo);
    const stored = await cloud().evaluate(records, 'GetRecord', {
      patientId,
      recordId,
      version: version.version,
    });
    const statement = formerStores[stored.providerId];
    if (statement === undefined || stored.manifestHash !== version.manifestHash) return false;
    const former = { ...formerStores, [providerId]: storeStatement };
    await this.#readdress(version, stored.providerId, statement, former);
    return true;
  }

  async #readdress(
    version: RecordVersion,
    providerId: string,
    storeStatement: string,
    former: Record<string, string>,
  ): Promise<RecordVersion> {
    const { store, versions, logger } = this.#options;
    const { recordId, versionNo } = version;
    logger.info(
      { recordId, from: version.providerId, to: providerId },
      'another provider is to store the record',
    );
    store.deferred(() => versions.readdress(versionNo, providerId, storeStatement, former));
    await store.sync();
    return { ...version, providerId, storeStatement, formerStores: former };
  }

  #statementFor(version: RecordVersion, providerId: string): string {
    const { networkId, signerOf } = this.#options;
    const { patientId, signer } = signerOf(version.patientNo);
    const body = { ...storeBody(version.storeStatement), providerId };
    return patientStatement('storeRecord', { patientId, networkId, channels: ['cloud'], body }, signer);
  }
}

/** Our own statement, as it was made. */
function storeBody(statement: string): StatementBody<'storeRecord'> {
  return readStatement(statement).payload.body as StatementBody<'storeRecord'>;
}
