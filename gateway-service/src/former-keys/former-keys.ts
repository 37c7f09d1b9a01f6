import { setImmediate as nextTurn } from 'node:timers/promises';
import { FORMER_PATIENT_KEY_KEPT_S, accessControl, records } from '@careledger/contracts';
import { kidOf } from '@careledger/crypto';
import { CHANNELS } from '@careledger/domain';
import { readWrap } from '@careledger/envelope';
import { everyRow } from '@careledger/ledger';
import { currentKey } from '@careledger/policy';
import { startWorker, type Logger, type Worker } from '@careledger/service-kit';
import type { OwnVersionStore } from '../delivery/own-version-store.js';
import type { RewrapStore } from '../delivery/rewrap-store.js';
import type { GatewayClock } from '../device-clock/index.js';
import type { Providers } from '../ledger-access/providers.js';
import type { Patient } from '../patients/index.js';
import type { ReceivedStore, ReceivedVersion } from '../received/received-store.js';
import { Resealing, type ResealingOptions } from './resealing.js';

const LOOK_INTERVAL_MS = 60 * 60_000;
const BACKOFF = { minMs: 1_000, maxMs: 10 * 60_000 };
/** Rows that are read at a time. */
const ROWS_PER_PAGE = 64;

export interface FormerKeysOptions extends ResealingOptions {
  readonly versions: Pick<OwnVersionStore, 'find' | 'wrapsAfter'>;
  readonly received: Pick<ReceivedStore, 'find' | 'list'>;
  readonly rewraps: Pick<RewrapStore, 'get' | 'request'>;
  readonly rewrapper: { add(patientNo: number): void };
  readonly providers: Pick<Providers, 'order'>;
  /** By which it is told how long ago a key was replaced: nothing goes by a clock that no provider's agrees with. */
  readonly gatewayClock: Pick<GatewayClock, 'isProved'>;
  readonly clock: () => number;
  readonly logger: Pick<Logger, 'info' | 'warn' | 'error'>;
}

/**
 * Lets former keys of patients go: once all that there is is wrapped to the key in force, and so long after the rotation
 * that no author seals to the former one any more. What ledgers keep sealed to it is sealed anew before, into this store.
 */
export class FormerKeys implements AsyncDisposable {
  readonly #options: FormerKeysOptions;
  readonly #resealing: Resealing;
  #worker: Worker | undefined;

  constructor(options: FormerKeysOptions) {
    this.#options = options;
    this.#resealing = new Resealing(options);
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
    await this.#resealing.reseal(patient, former);
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
}
