import { toBase64url } from '@careledger/crypto';
import type { SignatureVerifier } from '@careledger/crypto';
import { BATCH_MAX_ITEMS, RECORD_MAX_BYTES, records, type ItemResult } from '@careledger/contracts';
import {
  announceVersion,
  Grace,
  NotYetError,
  RECORD_OTHER_VERSION,
  storeVersion,
  type AnnouncedVersion,
  type StoreOutcome,
  type StoringSide,
} from '@careledger/delivery';
import { orUndefined, submitBatch } from '@careledger/ledger';
import { everyKey } from '@careledger/policy';
import { PROVIDER_ROUTES, StoreRecordAnswer } from '@careledger/protocol';
import { ByteRoom, HttpClientError, SubjectBatcher, type Logger } from '@careledger/service-kit';
import type { Issuer } from '../issuer.js';
import type { Channels } from '../ledger-port.js';
import { removeTask, type TaskHandler } from '../outbox/outbox.js';
import type { Registrations } from '../policy/registrations.js';
import type { Providers } from '../providers/providers.js';
import type { Store } from '../store/store.js';
import type { Sharing } from './sharing.js';
import { ofWriteRef, writeRef } from './write-service.js';
import { announceStatement, storeStatement } from './write-statements.js';
import type { Write, WriteStore } from './write-store.js';

/** Ciphertext that is on its way to providers at once, unless one record has more: a request takes several times its size. */
const SENDING_MAX_BYTES = RECORD_MAX_BYTES;

export interface WriteTaskOptions {
  readonly issuer: Issuer;
  readonly channels: Channels;
  readonly registrations: Pick<Registrations, 'provider' | 'refreshPatient'>;
  readonly providers: Providers;
  readonly store: Store;
  readonly writes: WriteStore;
  readonly sharing: Pick<Sharing, 'share'>;
  readonly verifier: SignatureVerifier;
  readonly clock?: () => number;
  readonly logger: Pick<Logger, 'info' | 'warn' | 'error'>;
}

interface Submitted {
  readonly item: ItemResult;
  readonly blockNumber: number;
}

/** Brings a write from this store to a provider (sealed → stored) and from there to the authorities (→ announced). */
export class WriteTask implements TaskHandler {
  readonly #options: WriteTaskOptions;
  readonly #clock: () => number;
  readonly #grace = new Grace();
  readonly #room = new ByteRoom(SENDING_MAX_BYTES);
  /** Announcements of different patients share transactions. */
  readonly #announcements: SubjectBatcher<{ patientId: string; statement: string }, Submitted>;

  constructor(options: WriteTaskOptions) {
    this.#options = options;
    this.#clock = options.clock ?? Date.now;
    this.#announcements = new SubjectBatcher({
      subjectOf: ({ patientId }) => patientId,
      maxItems: BATCH_MAX_ITEMS,
      run: (items) => this.#submit(items.map(({ statement }) => statement)),
    });
  }

  async advance(ref: string, signal: AbortSignal): Promise<void> {
    const { store } = this.#options;
    const write = this.#find(ref);
    if (write === undefined) {
      await store.commit(() => removeTask(store, { kind: 'record', ref }));
      return;
    }
    if (write.stage === 'sealed') await this.#store(await this.#shared(write), signal);
    const stored = this.#find(ref);
    if (stored?.stage === 'stored' && stored.announceStatement !== null)
      await this.#announce(stored, stored.announceStatement);
  }

  #find(ref: string): Write | undefined {
    return this.#options.writes.find(...ofWriteRef(ref));
  }

  /**
   * With the wraps of those who may read it: by the grants of when it is first sent, and the same ever after, unless a provider finds
   * the patient's key in them replaced.
   */
  async #shared(write: Write): Promise<Write> {
    const { sharing, store, writes } = this.#options;
    if (write.sharedAt !== null) return write;
    const { wrapSet, wraps } = await sharing.share(write);
    await store.commit(() => writes.share(write, wrapSet, wraps));
    return this.#find(writeRef(write.recordId, write.version)) ?? write;
  }

  async #store(write: Write, signal: AbortSignal): Promise<void> {
    const { issuer } = this.#options;
    const { recordId, version, manifestHash, description } = write;
    const { ciphertextSha256 } = description;
    const wanted = { recordId, version, author: issuer.authorityId, manifestHash, ciphertextSha256 };
    try {
      await this.#settle(write, await storeVersion(wanted, write, this.#side(write, signal)));
    } catch (error) {
      if (error instanceof NotYetError && error.code === 'RECIPIENT_MISSING') await this.#shareAnew(write);
      throw error;
    }
  }

  /** It waited so long, or this api heard so late, that the patient has another key: what was accepted is wrapped to that one. */
  async #shareAnew(write: Write): Promise<void> {
    const { registrations, store, writes } = this.#options;
    await registrations.refreshPatient(write.patientId);
    await store.commit(() => writes.unshare(write));
  }

  #side(write: Write, signal: AbortSignal): StoringSide {
    const { channels, registrations, issuer, logger, providers, store, verifier, writes } = this.#options;
    const { patientId, recordId, version, manifest, wrapSet, wraps, description } = write;
    return {
      pool: providers,
      grace: this.#grace,
      clock: this.#clock,
      verifier,
      makeStatement: (providerId) => storeStatement(issuer, write, providerId),
      keep: async (addressing) => {
        logger.info({ recordId, to: addressing.providerId }, 'another provider is to store the record');
        await store.commit(() => writes.readdress(write, addressing));
      },
      put: (providerId, statement) =>
        this.#room.within(description.sizeBytes, signal, async () => {
          const ciphertext = writes.ciphertext(write);
          if (ciphertext === null)
            throw new Error(`The ciphertext of ${recordId} is gone before it was stored`);
          const client = await providers.client(providerId);
          return client.call('PUT', PROVIDER_ROUTES.version(recordId, version), {
            body: { statement, manifest, wrapSet, wraps, ciphertext: toBase64url(ciphertext) },
            result: StoreRecordAnswer,
            signal,
          });
        }),
      failureOf: (error) => (error instanceof HttpClientError ? error : undefined),
      keysOf: async (providerId) => everyKey((await registrations.provider(providerId)).signingKeys),
      find: () =>
        orUndefined(
          channels.cloud.evaluate(records, 'GetRecord', { patientId, recordId, version }),
          'RECORD_UNKNOWN',
        ),
    };
  }

  async #settle(write: Write, outcome: StoreOutcome): Promise<void> {
    const { issuer, logger, store, writes } = this.#options;
    const { recordId, version } = write;
    switch (outcome.outcome) {
      case 'stored': {
        const statement = announceStatement(issuer, write, outcome);
        await store.commit(() => writes.stored(write, outcome, statement));
        return;
      }
      case 'own-other-version': {
        // The authorities get what is stored. A record's id says which request made it, so its first version says the
        // same; a later one may not, and whoever wrote it is told, and has the content to revise it with.
        const refusal = version === 1 ? null : RECORD_OTHER_VERSION;
        logger.warn({ recordId, version, refusal }, 'the ledger has this version already: taken over');
        const { found } = outcome;
        const description = { ...write.description, ...found };
        const statement = announceStatement(issuer, { ...write, ...found, description }, found);
        await store.commit(() => writes.takeOver(write, found, statement, refusal));
        return;
      }
      case 'foreign':
        logger.error(
          { recordId, version, author: outcome.found.author },
          'somebody else’s record is stored as this version',
        );
        return this.#refuse(write, outcome.code);
      case 'refused':
        return this.#refuse(write, outcome.code);
    }
  }

  async #announce(write: Write, statement: string): Promise<void> {
    const { issuer, logger, store, writes } = this.#options;
    const { patientId, recordId, version, manifestHash } = write;
    const outcome = await announceVersion(
      { recordId, version, author: issuer.authorityId, manifestHash },
      {
        grace: this.#grace,
        clock: this.#clock,
        submit: () => this.#announcements.add({ patientId, statement }),
        find: () => this.#findAnnounced(write),
      },
    );
    if (outcome.outcome === 'foreign')
      logger.error(
        { recordId, version, author: outcome.found.author },
        'somebody else’s record is announced as this version',
      );
    if (outcome.outcome !== 'announced') return this.#refuse(write, outcome.code);
    await store.commit(() => {
      writes.announced(write, outcome.txId);
      removeTask(store, { kind: 'record', ref: writeRef(recordId, version) });
    });
  }

  #findAnnounced({ patientId, recordId, version }: Write): Promise<AnnouncedVersion | undefined> {
    const { authorities } = this.#options.channels;
    return orUndefined(
      authorities.evaluate(records, 'GetAnnouncement', { patientId, recordId, version }),
      'RECORD_UNKNOWN',
    );
  }

  async #refuse(write: Write, code: string): Promise<void> {
    const { store, writes } = this.#options;
    await store.commit(() => {
      writes.refused(write, code);
      removeTask(store, { kind: 'record', ref: writeRef(write.recordId, write.version) });
    });
  }

  async #submit(statements: readonly string[]): Promise<Submitted[]> {
    const { authorities } = this.#options.channels;
    const outcomes = await submitBatch({
      items: statements,
      maxItems: BATCH_MAX_ITEMS,
      submit: (items) => authorities.submit(records, 'AnnounceRecords', { items: [...items] }),
    });
    return outcomes.flatMap((outcome) => {
      if (outcome.status === 'failed') throw outcome.error;
      const { result, blockNumber } = outcome.submitted;
      return result.items.map((item) => ({ item, blockNumber: Number(blockNumber) }));
    });
  }
}
