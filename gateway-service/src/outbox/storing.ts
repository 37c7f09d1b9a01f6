import { records, type StatementBody, type StoredRecordState } from '@careledger/contracts';
import { toBase64url, type SignatureVerifier, type Signer } from '@careledger/crypto';
import { Grace, storeVersion, type StoreOutcome, type StoringSide } from '@careledger/delivery';
import { orUndefined, type LedgerChannel } from '@careledger/ledger';
import { PROVIDER_ROUTES, StoreRecordAnswer } from '@careledger/protocol';
import { HttpClientError, type Logger } from '@careledger/service-kit';
import { readStatement } from '@careledger/statements';
import type { Directory } from '../directory/authorities.js';
import { patientStatement } from '../statement.js';
import type { GatewayStore } from '../store/index.js';
import type { RecordVersion, VersionStore } from '../records/version-store.js';
import type { Providers } from './providers.js';

export interface StoringOptions {
  readonly store: Pick<GatewayStore, 'deferred' | 'sync'>;
  readonly versions: VersionStore;
  readonly providers: Providers;
  readonly directory: Pick<Directory, 'providerKeys'>;
  readonly cloud: () => Pick<LedgerChannel, 'evaluate'>;
  readonly signerOf: (patientNo: number) => { readonly patientId: string; readonly signer: Signer };
  /** Within a transaction: what the record is about is to be made once more, as the next version. */
  readonly makeAgain: (version: RecordVersion) => void;
  readonly verifier: SignatureVerifier;
  readonly networkId: string;
  readonly clock: () => number;
  readonly logger: Pick<Logger, 'info' | 'warn' | 'error'>;
}

/** What an announcement says of a stored version. */
type StoredVersion = StatementBody<'storeRecord'> & Pick<StoredRecordState, 'txId'>;

/**
 * made → stored, or refused. Each provider gets the same bytes as often as it takes; while its provider is away another
 * one gets the version, with a statement of its own: the ledger takes exactly one of them.
 */
export class Storing {
  readonly #options: StoringOptions;
  readonly #grace = new Grace();

  constructor(options: StoringOptions) {
    this.#options = options;
  }

  async run(versionNo: number, signal: AbortSignal): Promise<void> {
    const version = this.#options.versions.get(versionNo);
    if (version?.stage !== 'made') return;
    const { recordId, manifestHash } = version;
    const { patientId: author } = this.#options.signerOf(version.patientNo);
    const { ciphertextSha256 } = storeBody(version.storeStatement);
    const wanted = { recordId, version: version.version, author, manifestHash, ciphertextSha256 };
    await this.#settle(version, await storeVersion(wanted, version, this.#side(version, signal)));
  }

  #side(version: RecordVersion, signal: AbortSignal): StoringSide {
    const { store, versions, providers, directory, cloud, signerOf, verifier, clock, logger } = this.#options;
    const { versionNo, recordId, manifest, wrapSet, wraps } = version;
    const { patientId } = signerOf(version.patientNo);
    return {
      pool: providers,
      grace: this.#grace,
      clock,
      verifier,
      makeStatement: (providerId) => this.#statementFor(version, providerId),
      keep: async ({ providerId, storeStatement, formerStores }) => {
        logger.info({ recordId, to: providerId }, 'another provider is to store the record');
        store.deferred(() => versions.readdress(versionNo, providerId, storeStatement, formerStores));
        await store.sync();
      },
      put: async (providerId, statement) => {
        const client = await providers.client(providerId);
        const ciphertext = toBase64url(versions.ciphertext(versionNo));
        return client.call('PUT', PROVIDER_ROUTES.version(recordId, version.version), {
          body: { statement, manifest, wrapSet, wraps, ciphertext },
          result: StoreRecordAnswer,
          signal,
        });
      },
      failureOf: (error) => (error instanceof HttpClientError ? error : undefined),
      keysOf: (providerId) => directory.providerKeys(providerId),
      find: () =>
        orUndefined(
          cloud().evaluate(records, 'GetRecord', { patientId, recordId, version: version.version }),
          'RECORD_UNKNOWN',
        ),
    };
  }

  async #settle(version: RecordVersion, outcome: StoreOutcome): Promise<void> {
    const { store, versions, clock, logger, makeAgain } = this.#options;
    const { versionNo, recordId, patientNo } = version;
    const about = { recordId, version: version.version };
    switch (outcome.outcome) {
      case 'stored': {
        const { providerId, txId } = outcome;
        const stored = { ...storeBody(version.storeStatement), providerId, txId };
        const announceStatement = this.#announcement(patientNo, stored);
        store.deferred(() =>
          versions.setStored(versionNo, { ...outcome, announceStatement, storedMs: clock() }),
        );
        break;
      }
      case 'own-other-version': {
        const { found } = outcome;
        logger.warn(
          about,
          'the ledger has this version with other content, which this store has forgotten: taken over, and revised',
        );
        const announceStatement = this.#announcement(patientNo, found);
        store.deferred(() => {
          versions.takeOver(versionNo, found, { announceStatement, storedMs: clock() });
          makeAgain(version);
        });
        break;
      }
      case 'foreign':
        logger.error(
          { ...about, author: outcome.found.author },
          'somebody else’s record stands in this one’s place',
        );
        store.deferred(() => versions.setRefused(versionNo, outcome.code));
        break;
      case 'refused':
        logger.error({ ...about, code: outcome.code }, 'the record was refused for good');
        store.deferred(() => versions.setRefused(versionNo, outcome.code));
        break;
    }
    await store.sync();
  }

  #announcement(patientNo: number, stored: StoredVersion): string {
    const { networkId, signerOf } = this.#options;
    const { patientId, signer } = signerOf(patientNo);
    const { recordId, seed, version, prevVersionHash, kind, period, providerId } = stored;
    const { manifestHash, tagGroups, txId: storeTxId } = stored;
    const body: StatementBody<'announceRecord'> = {
      ...{ patientId, recordId, seed, version, prevVersionHash, kind, period, providerId },
      ...{ manifestHash, tagGroups, storeTxId },
    };
    return patientStatement(
      'announceRecord',
      { patientId, networkId, channels: ['authorities'], body },
      signer,
    );
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
