import { records, type StatementBody, type StoredRecordState } from '@careledger/contracts';
import { toBase64url, type SignatureVerifier, type Signer } from '@careledger/crypto';
import {
  Grace,
  NotYetError,
  graceKeyOf,
  storeVersion,
  type StoreOutcome,
  type StoringSide,
} from '@careledger/delivery';
import { makeWrapSet, matchWraps, readWrapSet } from '@careledger/envelope';
import { orUndefined } from '@careledger/ledger';
import { HttpClientError, traced, type Logger } from '@careledger/service-kit';
import { readStatement } from '@careledger/statements';
import type { Rekeyings } from '../consent/rekeyings.js';
import type { LedgerReader } from '../ledger-access/ledger-link.js';
import type { OrganisationDirectory } from '../ledger-access/organisation-directory.js';
import type { Providers } from '../ledger-access/providers.js';
import type { Patients } from '../patients/index.js';
import { isSignedBy, patientStatement } from '../patients/patient-statement.js';
import type { RaisedAlarms } from '../records/handover.js';
import type { OwnVersion } from '../records/own-version.js';
import type { GatewayStore } from '../store/index.js';
import type { OwnVersionStore } from './own-version-store.js';
import { raiseRefused } from './refused.js';
import type { Remaking } from './remaking.js';
import { VersionSender } from './version-sender.js';

export interface StoringOptions {
  readonly store: Pick<GatewayStore, 'deferred' | 'sync' | 'keep'>;
  readonly versions: OwnVersionStore;
  readonly technicalAlarms: RaisedAlarms;
  readonly providers: Providers;
  readonly directory: Pick<OrganisationDirectory, 'providerKeys'>;
  readonly ledger: LedgerReader;
  readonly patients: Pick<Patients, 'byNo'>;
  readonly remaking: Pick<Remaking, 'makeAgain'>;
  readonly rekeyings: Pick<Rekeyings, 'isHeld' | 'mayExplain'>;
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
  readonly #sender: VersionSender;

  constructor(options: StoringOptions) {
    this.#options = options;
    this.#sender = new VersionSender(options.providers);
  }

  async run(versionNo: number, signal: AbortSignal): Promise<void> {
    const version = this.#options.versions.get(versionNo);
    if (version?.stage !== 'made') return;
    const about = {
      parent: version.trace,
      attributes: {
        'careledger.record.kind': version.kind,
        'careledger.provider': version.providerId,
      },
    };
    await traced('store record', about, () => this.#store(version, signal));
  }

  async #store(made: OwnVersion, signal: AbortSignal): Promise<void> {
    const version = await this.#byKeyInForce(made);
    const { recordId, manifestHash } = version;
    const { patientId: author } = this.#authorOf(version);
    const { ciphertextSha256 } = storeBody(version.storeStatement);
    const wanted = { recordId, version: version.version, author, manifestHash, ciphertextSha256 };
    const outcome = await storeVersion(wanted, version, this.#side(version, signal));
    // The provider may know of another key of this gateway's sooner than the gateway.
    if (
      outcome.outcome === 'refused' &&
      (await this.#options.rekeyings.mayExplain(version.patientNo, outcome.code, 'cloud'))
    )
      throw new NotYetError(outcome.code);
    await this.#settle(version, outcome);
  }

  /** What a former key signed is signed anew, on disk, before it leaves. @throws NotYetError while no key counts */
  async #byKeyInForce(version: OwnVersion): Promise<OwnVersion> {
    const { store, versions, rekeyings } = this.#options;
    const { versionNo, patientNo, providerId, storeStatement } = version;
    const { signer } = this.#authorOf(version);
    const isHeld = rekeyings.isHeld(patientNo, 'cloud');
    if (!isHeld && isSignedBy(storeStatement, signer)) return version;
    this.#grace.forget(graceKeyOf(version));
    if (isHeld) throw new NotYetError('STATEMENT_KEY_UNKNOWN');
    const set = readWrapSet(version.wrapSet);
    const signed = {
      storeStatement: this.#statementFor(version, providerId),
      wrapSet: makeWrapSet({ ...set, wraps: matchWraps(set, version.wraps) }, signer),
    };
    store.deferred(() => versions.resign(versionNo, signed));
    await store.sync();
    return versions.get(versionNo) ?? version;
  }

  #side(version: OwnVersion, signal: AbortSignal): StoringSide {
    const { store, versions, providers, directory, ledger, verifier, clock, logger } = this.#options;
    const { versionNo, recordId, manifest, wrapSet, wraps } = version;
    const { patientId } = this.#authorOf(version);
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
      put: (providerId, statement) => {
        const ciphertext = toBase64url(versions.ciphertext(versionNo));
        const request = { statement, manifest, wrapSet, wraps: [...wraps], ciphertext };
        return this.#sender.send(providerId, { ...version, request }, signal);
      },
      failureOf: (error) => (error instanceof HttpClientError ? error : undefined),
      keysOf: (providerId) => directory.providerKeys(providerId),
      find: () =>
        orUndefined(
          ledger
            .channel('cloud')
            .evaluate(records, 'GetRecord', { patientId, recordId, version: version.version }),
          'RECORD_UNKNOWN',
        ),
    };
  }

  async #settle(version: OwnVersion, outcome: StoreOutcome): Promise<void> {
    const { store } = this.#options;
    const write = this.#settling(version, outcome);
    await store.keep(write, { isUrgent: version.priority === 'emergency' });
  }

  /** What writes down what became of a version. */
  #settling(version: OwnVersion, outcome: StoreOutcome): () => void {
    const { versions, clock, logger, remaking } = this.#options;
    const { versionNo, recordId } = version;
    const about = { recordId, version: version.version };
    switch (outcome.outcome) {
      case 'stored': {
        const { providerId, txId } = outcome;
        const stored = { ...storeBody(version.storeStatement), providerId, txId };
        const announceStatement = this.#announcement(version, stored);
        return () => versions.setStored(versionNo, { ...outcome, announceStatement, storedMs: clock() });
      }
      case 'own-other-version': {
        const { found } = outcome;
        logger.warn(
          about,
          'the ledger has this version with other content, which this store has forgotten: taken over, and revised',
        );
        const announceStatement = this.#announcement(version, found);
        return () => {
          versions.takeOver(versionNo, found, { announceStatement, storedMs: clock() });
          remaking.makeAgain(version);
        };
      }
      case 'foreign':
        logger.error(
          { ...about, author: outcome.found.author },
          'somebody else’s record stands in this one’s place',
        );
        return () => this.#refused(version, outcome.code);
      case 'refused':
        logger.error({ ...about, code: outcome.code }, 'the record was refused for good');
        return () => this.#refused(version, outcome.code);
    }
  }

  /** Within a transaction. */
  #refused(version: OwnVersion, code: string): void {
    this.#options.versions.setRefused(version.versionNo, code);
    raiseRefused(this.#options, version);
  }

  #announcement(own: OwnVersion, stored: StoredVersion): string {
    const { networkId } = this.#options;
    const { patientId, signer } = this.#authorOf(own);
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

  /** Whose version it is, and the key by which the gateway signs for the patient. */
  #authorOf({ patientNo }: OwnVersion): { readonly patientId: string; readonly signer: Signer } {
    const { patientId, chain } = this.#options.patients.byNo(patientNo);
    return { patientId, signer: chain.signer };
  }

  #statementFor(version: OwnVersion, providerId: string): string {
    const { networkId } = this.#options;
    const { patientId, signer } = this.#authorOf(version);
    const body = { ...storeBody(version.storeStatement), providerId };
    return patientStatement('storeRecord', { patientId, networkId, channels: ['cloud'], body }, signer);
  }
}

/** Our own statement, as it was made. */
function storeBody(statement: string): StatementBody<'storeRecord'> {
  return readStatement(statement).payload.body as StatementBody<'storeRecord'>;
}
