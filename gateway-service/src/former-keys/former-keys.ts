import { setImmediate as nextTurn } from 'node:timers/promises';
import { FORMER_PATIENT_KEY_KEPT_S, accessControl, records } from '@careledger/contracts';
import { kidOf, type X25519KeyPair } from '@careledger/crypto';
import { EnvelopeError, decryptFrom, encryptTo, readWrap } from '@careledger/envelope';
import { allRows, everyRow } from '@careledger/ledger';
import { CHANNELS } from '@careledger/domain';
import { currentKey } from '@careledger/policy';
import { SEALED_CONTEXT } from '@careledger/protocol/sealed';
import { startWorker, type Logger, type Worker } from '@careledger/service-kit';
import type { DelegationStore } from '../consent/delegation-store.js';
import type { GatewayCore } from '../core.js';
import type { GatewayClock } from '../device-clock/index.js';
import type { LedgerReader } from '../ledger-access/ledger-link.js';
import type { Providers } from '../ledger-access/providers.js';
import type { Patient } from '../patients/index.js';
import { resealedId, type ResealedStore } from '../patients/resealed-store.js';
import type { ReceivedStore, ReceivedVersion } from '../received/received-store.js';
import type { OwnVersionStore } from '../delivery/own-version-store.js';
import type { RewrapStore } from '../delivery/rewrap-store.js';

const LOOK_INTERVAL_MS = 60 * 60_000;
const BACKOFF = { minMs: 1_000, maxMs: 10 * 60_000 };
/** Rows that are read at a time. */
const ROWS_PER_PAGE = 64;

export interface FormerKeysOptions {
  readonly core: Pick<GatewayCore, 'store' | 'patients'>;
  readonly versions: Pick<OwnVersionStore, 'find' | 'wrapsAfter'>;
  readonly received: Pick<ReceivedStore, 'find' | 'list'>;
  readonly rewraps: Pick<RewrapStore, 'get' | 'request'>;
  readonly rewrapper: { add(patientNo: number): void };
  readonly delegations: Pick<DelegationStore, 'all'>;
  readonly resealed: Pick<ResealedStore, 'put' | 'all'>;
  readonly providers: Pick<Providers, 'order'>;
  readonly ledger: LedgerReader;
  /** By which it is told how long ago a key was replaced: nothing goes by a clock that no provider's agrees with. */
  readonly gatewayClock: Pick<GatewayClock, 'isProved'>;
  readonly clock: () => number;
  readonly logger: Pick<Logger, 'info' | 'warn' | 'error'>;
}

/** What a ledger, or this store, keeps sealed to a patient. */
interface Sealed {
  readonly context: string;
  readonly sealed: string;
  /** Of what stands here for a blob on a ledger: that blob's. */
  readonly sealedSha256?: string;
}

/**
 * Lets former keys of patients go: once all that there is is wrapped to the key in force, and so long after the rotation
 * that no author seals to the former one any more. What ledgers keep sealed to it is sealed anew before, into this store.
 */
export class FormerKeys implements AsyncDisposable {
  readonly #options: FormerKeysOptions;
  #worker: Worker | undefined;

  constructor(options: FormerKeysOptions) {
    this.#options = options;
  }

  start(): void {
    this.#worker = startWorker({
      name: 'former-keys',
      idleMs: LOOK_INTERVAL_MS,
      backoff: BACKOFF,
      logger: this.#options.logger as Logger,
      run: async (signal) => {
        await this.look(signal);
        return false;
      },
    });
  }

  async stop(): Promise<void> {
    await this.#worker?.stop();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** @throws LedgerError */
  async look(signal?: AbortSignal): Promise<void> {
    for (const patient of this.#options.core.patients.list()) {
      signal?.throwIfAborted();
      await this.#look(patient);
    }
  }

  async #look(patient: Patient): Promise<void> {
    const { core, gatewayClock, rewraps, logger } = this.#options;
    const { patientId, patientNo } = patient;
    const keys = core.patients.keys(patientId);
    const former = keys.formerEncryptionKeys();
    const isSettled = () => rewraps.get(patientNo) === undefined;
    if (former.length === 0 || !gatewayClock.isProved || !isSettled() || !(await this.#isLongAgo(patient)))
      return;
    const kids = new Set(former.map(({ kid }) => kid));
    if ((await this.#isWrappedTo(patientNo, kids)) || (await this.#knowsNotAll(patient))) return;
    if (this.#awaitsReceived(patientNo)) return;
    await this.#reseal(patient, former);
    if (!isSettled()) return;
    await keys.forgetFormerEncryption();
    logger.info({ patientNo, kids: [...kids] }, 'former keys of a patient are gone: nothing needs them');
  }

  /**
   * By both channels, which have to have the key in force of here: authors take the patient's key from one, providers
   * from the other.
   */
  async #isLongAgo({ patientId }: Patient): Promise<boolean> {
    const { core, ledger, clock } = this.#options;
    const { kid } = core.patients.keys(patientId).encryption();
    for (const name of CHANNELS) {
      const { encryptionKeys } = await ledger
        .channel(name)
        .evaluate(accessControl, 'GetPatient', { patientId });
      const key = currentKey(encryptionKeys);
      if (key === undefined || kidOf('X25519', key) !== kid) return false;
      const ends = encryptionKeys.flatMap(({ until }) => (until === undefined ? [] : [Date.parse(until)]));
      if (clock() - Math.max(...ends) < FORMER_PATIENT_KEY_KEPT_S * 1_000) return false;
    }
    return true;
  }

  /**
   * Whether a version is; one that a provider has is brought up to date. Those of the first release always are: they stay
   * as they are.
   */
  async #isWrappedTo(patientNo: number, kids: ReadonlySet<string>): Promise<boolean> {
    const { core, versions, rewraps, rewrapper } = this.#options;
    for (let after = 0; ;) {
      const page = versions.wrapsAfter(patientNo, after, ROWS_PER_PAGE);
      for (const { format, wraps, isStored } of page) {
        const isOne = format === 1 || wraps.some((jwe) => kids.has(readWrap(jwe).kid));
        if (!isOne) continue;
        if (format === 2 && isStored) {
          core.store.deferred(() => rewraps.request(patientNo));
          rewrapper.add(patientNo);
        }
        return true;
      }
      const last = page.at(-1);
      if (last === undefined) return false;
      after = last.versionNo;
      await nextTurn();
    }
  }

  /**
   * Whether `cloud` has a record of which this gateway has not heard yet, or which a restored store has forgotten: the
   * former key may be all that opens it. Of a record that is known the versions before are known too, for they are heard
   * of in their order.
   */
  async #knowsNotAll({ patientId, patientNo }: Patient): Promise<boolean> {
    const { ledger, received, versions } = this.#options;
    const newest = everyRow((page) =>
      ledger.channel('cloud').evaluate(records, 'ListRecords', { patientId, ...page }),
    );
    for await (const { recordId, version, author } of newest) {
      const isKnown =
        author === patientId
          ? versions.find(recordId, version) !== undefined
          : received.find(patientNo, recordId, version)?.isStored === true;
      if (!isKnown) return true;
    }
    return false;
  }

  /**
   * Whether something that an authority wrote has not been opened or confirmed yet, or lies where nobody here can settle
   * it.
   */
  #awaitsReceived(patientNo: number): boolean {
    const { received } = this.#options;
    for (let before: number | undefined; ;) {
      const page = received.list(patientNo, { before, limit: ROWS_PER_PAGE });
      if (!page.every((version) => this.#isSettled(version))) return true;
      before = page.at(-1)?.versionNo;
      if (before === undefined) return false;
    }
  }

  #isSettled({ stored, found, confirmedBy }: ReceivedVersion): boolean {
    const { providers } = this.#options;
    return (
      stored !== null &&
      found !== null &&
      confirmedBy.cloud !== null &&
      providers.order().includes(stored.providerId)
    );
  }

  async #reseal({ patientId, patientNo }: Patient, former: readonly X25519KeyPair[]): Promise<void> {
    const { core, resealed, logger } = this.#options;
    const { publicKey } = core.patients.keys(patientId).encryption();
    for (const { context, sealed, sealedSha256 = resealedId(sealed) } of await this.#sealedTo({
      patientId,
      patientNo,
    })) {
      try {
        const data = await decryptFrom(sealed, former, { context });
        const anew = await encryptTo(publicKey, data, { context });
        core.store.deferred(() => resealed.put(patientNo, { sealedSha256, context, sealed: anew }));
      } catch (err) {
        // For another key of the patient's, or not what it is said to be: no former key helps with it.
        if (!(err instanceof EnvelopeError)) throw err;
        if (err.code !== 'NOT_A_RECIPIENT') logger.warn({ err, patientNo, context }, 'is not sealed anew');
      }
    }
    await core.store.sync();
  }

  /** @throws LedgerError */
  async #sealedTo({ patientId, patientNo }: Pick<Patient, 'patientId' | 'patientNo'>): Promise<Sealed[]> {
    const { delegations, ledger, resealed } = this.#options;
    const channel = ledger.channel('authorities');
    const subscriptions = await allRows((page) =>
      channel.evaluate(accessControl, 'ListSubscriptions', { patientId, ...page }),
    );
    const visits = await allRows((page) => channel.evaluate(records, 'ListVisits', { patientId, ...page }));
    const names = delegations.all(patientNo).map(({ terms }) => terms.sealed);
    const blobs = [
      ...names.map((sealed) => ({ context: SEALED_CONTEXT.delegate, sealed })),
      ...subscriptions.map(({ sealed }) => ({ context: SEALED_CONTEXT.subscriptionReason, sealed })),
      ...visits.map(({ location }) => ({ context: SEALED_CONTEXT.visitLocation, sealed: location })),
    ];
    const there = blobs.flatMap(({ context, sealed }) => (sealed === undefined ? [] : [{ context, sealed }]));
    return [...there, ...resealed.all(patientNo)];
  }
}
