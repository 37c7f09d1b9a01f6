import { setImmediate as nextTurn } from 'node:timers/promises';
import { EVENTS, STATEMENTS, accessControl, records, type StatementBody } from '@careledger/contracts';
import type { Signer } from '@careledger/crypto';
import { timestampOf } from '@careledger/domain';
import { readWrapSet } from '@careledger/envelope';
import { LedgerError, type LedgerChannel } from '@careledger/ledger';
import { owedDeletion } from '@careledger/policy';
import { DurableWork, startWorker, type Logger, type Worker } from '@careledger/service-kit';
import { makeStatement } from '@careledger/statements';
import type { Clock } from '../clock.js';
import type { OwnPeer } from '../ledger/own-peer.js';
import { StatementQueue } from '../ledger/statement-queue.js';
import type { HeldVersion, HeldVersionStore } from '../store/held-version-store.js';
import type { WrapDutyStore } from '../store/wrap-duty-store.js';
import type { Recipients } from './recipients.js';
import { taggedVersionOf } from './tagged-version.js';
import { wrapsOf } from './wrap-set.js';

/** Patients who are looked at once. */
const CONCURRENCY = 2;
/** Versions that are read at a time. */
const VERSIONS_PER_PAGE = 64;
const BACKOFF = { minMs: 500, maxMs: 60_000 };
const CHECKPOINT = 'policies';

export interface DeletionAttesterOptions {
  readonly providerId: string;
  readonly networkId: string;
  readonly mspId: string;
  readonly cloud: Pick<LedgerChannel, 'events' | 'submit'>;
  readonly ownPeer: Pick<OwnPeer, 'policyChanges' | 'wrapHolders' | 'storedVersion'>;
  readonly recipients: Pick<Recipients, 'ofPatient'>;
  readonly versions: Pick<HeldVersionStore, 'ofPatient' | 'onTheWay'>;
  readonly duties: WrapDutyStore;
  readonly signer: Signer;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Tells the ledger that no wrap is left here of anybody whom a revocation has ended. It hears of revocations from the own
 * peer and looks at every version of the patient's; while one still has such a wrap it says nothing, and looks again when
 * the set that follows has come; while one on its way to the ledger has one, until that is held. What is due lies in the store: a kill between deletion and word delays the word.
 */
export class DeletionAttester implements AsyncDisposable {
  readonly #options: DeletionAttesterOptions;
  readonly #work: DurableWork<string>;
  readonly #queue: StatementQueue;
  readonly #follower: Worker;

  constructor(options: DeletionAttesterOptions) {
    this.#options = options;
    const { cloud, duties, logger } = options;
    this.#queue = new StatementQueue((items) => cloud.submit(records, 'AttestWraps', { items }));
    this.#work = new DurableWork<string>({
      name: 'wrap-attestations',
      concurrency: CONCURRENCY,
      backoff: BACKOFF,
      isAway: (error) => error instanceof LedgerError,
      logger,
      run: (patientId, signal) => this.#run(patientId, signal),
    });
    for (const patientId of duties.due()) this.add(patientId);
    this.#follower = startWorker({
      name: 'policies',
      idleMs: 0,
      backoff: BACKOFF,
      logger,
      run: async (signal) => {
        await this.#follow(signal);
        return false;
      },
    });
  }

  /** Something of the patient's has become due. */
  add(patientId: string): void {
    this.#work.add(patientId, patientId);
  }

  async stop(): Promise<void> {
    await Promise.all([this.#follower.stop(), this.#work.stop()]);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #follow(signal: AbortSignal): Promise<void> {
    const { cloud, duties, logger } = this.#options;
    const events = cloud.events(accessControl, {
      checkpoint: CHECKPOINT,
      // The latter says that a patient's key was replaced, among others.
      schemas: { PolicyChanged: EVENTS.PolicyChanged, PatientsChanged: EVENTS.PatientsChanged },
      signal,
      onReconnect: (err, failures) => logger.warn({ err, failures }, 'the stream of policies broke'),
    });
    for await (const event of events) {
      const patientIds =
        event.name === 'PatientsChanged'
          ? event.payload.patientIds
          : event.payload.changes.map(({ patientId }) => patientId);
      for (const patientId of patientIds) if (duties.note(patientId)) this.add(patientId);
      await event.ack();
    }
  }

  async #run(patientId: string, signal: AbortSignal): Promise<void> {
    const { duties, ownPeer, providerId } = this.#options;
    const duty = duties.find(patientId);
    if (duty === undefined) return;
    const holders = await ownPeer.wrapHolders(patientId);
    const self = holders.find((holder) => holder.providerId === providerId);
    // It goes on from its own newest word. Before the rules are read: those of this version, or of one after it.
    const changes = await ownPeer.policyChanges(patientId, self?.attested?.policyVersion ?? 0);
    const policyVersion = changes.at(-1)?.version;
    if (self !== undefined && policyVersion !== undefined && owedDeletion(changes, self) !== undefined) {
      const checkedAt = timestampOf(this.#options.clock().wallMs);
      const versions = await this.#checked(patientId, signal);
      // One has a wrap that has to go. The set that follows makes it due again.
      if (versions === undefined) return;
      await this.#attest({ patientId, policyVersion, versions, checkedAt });
    }
    duties.end(duty);
  }

  /**
   * How many versions are held; undefined where one has a wrap for somebody who may not read it.
   * @throws Error where one on its way has: it is to be looked at again
   */
  async #checked(patientId: string, signal: AbortSignal): Promise<number | undefined> {
    const { recipients, versions, ownPeer } = this.#options;
    const allowedFor = await recipients.ofPatient(patientId);
    const isClean = async (version: VersionWithWraps): Promise<boolean> => {
      const held = kidsOf(version);
      const { kids, former } = await allowedFor(await taggedVersionOf(version, ownPeer), held);
      return held.isSubsetOf(kids) && held.isDisjointFrom(former);
    };
    // Before those that are held: whatever becomes one meanwhile is looked at once at least.
    for (const version of versions.onTheWay(patientId))
      if (!(await isClean(version))) throw new Error('A version on its way has a wrap that has to go');
    let count = 0;
    for (let after: HeldVersion | undefined; ;) {
      const page = versions.ofPatient(patientId, after, VERSIONS_PER_PAGE);
      for (const held of page) {
        // Others have their turn: a patient can have thousands of versions.
        await nextTurn();
        signal.throwIfAborted();
        if (!(await isClean(held))) return undefined;
      }
      count += page.length;
      after = page.at(-1);
      if (page.length < VERSIONS_PER_PAGE) return count;
    }
  }

  async #attest(body: StatementBody<'attestWraps'>): Promise<void> {
    const { providerId, networkId, mspId, signer, logger } = this.#options;
    const { typ } = STATEMENTS.attestWraps;
    const about = { typ, iss: providerId, aud: networkId, channels: ['cloud' as const], body };
    const { patientId, policyVersion, versions } = body;
    const statement = makeStatement(about, signer);
    const { item } = await this.#queue.add({ statement, patientId, issuer: providerId, mspId });
    if (item.code !== 'OK')
      throw new Error(`The ledger does not take the word on deleted wraps: ${item.code}`);
    logger.info(
      { patientId, policyVersion, versions, txId: item.txId },
      'attested that deleted wraps are gone',
    );
  }
}

type VersionWithWraps = Pick<HeldVersion, 'statement' | 'manifest' | 'wrapSet' | 'wraps'>;

/** Keys whose wraps are held; none where the version is of a form that nobody reads any more. */
const kidsOf = ({ wrapSet, wraps }: VersionWithWraps): ReadonlySet<string> =>
  new Set(wraps === null ? [] : wrapsOf(readWrapSet(wrapSet), wraps).map(({ kid }) => kid));
