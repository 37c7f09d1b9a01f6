import { accessControl } from '@careledger/contracts';
import { mayBeTakenLater, NotYetError } from '@careledger/delivery';
import { CHANNELS, type ChannelName } from '@careledger/domain';
import { LedgerError } from '@careledger/ledger';
import { DurableWork, type Logger, type WorkHealth } from '@careledger/service-kit';
import type { LedgerLink } from '../ledger-access/ledger-link.js';
import { EMERGENCY_BACKOFF, LEDGER_CONCURRENCY } from '../ledger-access/limits.js';
import type { Settled } from '../ledger-access/statement-batcher.js';
import type { Patients } from '../patients/index.js';
import type { GatewayStore } from '../store/index.js';
import type { Rotations } from './rotations.js';
import type { ConsentSettler } from './settle.js';
import type { ConsentStep, StepStore } from './step-store.js';

/** Which function takes one statement of a kind. */
const ONE_BY_ONE = {
  register: 'RegisterPatient',
  reject: 'RejectSubscription',
  rotate: 'RotatePatientKey',
  rekey: 'RotatePatientKey',
  object: 'ObjectToRecovery',
  'take-over': 'TakeOver',
  delegate: 'Delegate',
  'end-delegation': 'EndDelegation',
} as const;

/** The part of the ledger that consent needs. */
export type ConsentLedger = Pick<LedgerLink, 'grant' | 'revoke' | 'enrolment' | 'channel' | 'note'>;

export interface ConsentOutboxOptions {
  readonly store: Pick<GatewayStore, 'deferred' | 'sync'>;
  readonly steps: StepStore;
  readonly ledger: ConsentLedger;
  readonly patients: Pick<Patients, 'byNo'>;
  readonly clock: () => number;
  readonly settler: Pick<ConsentSettler, 'settling' | 'settled'>;
  readonly rotations: Pick<Rotations, 'refusing' | 'settled' | 'compare'>;
  readonly logger: Pick<Logger, 'warn' | 'error'>;
}

/**
 * Takes patients' statements to their channels, in the order that their kind asks for: a grant to `authorities` first, a
 * revocation or a denial to `cloud`. Steps of one statement wait for each other, different statements do not: no outage
 * of one channel delays a revocation on the other, and the ledger needs no order among them. But for a rotation of the
 * key: on its channel it waits for all before it, and holds back all after it.
 */
export class ConsentOutbox implements AsyncDisposable {
  readonly #options: ConsentOutboxOptions;
  readonly #work: Readonly<Record<ChannelName, DurableWork<number>>>;

  constructor(options: ConsentOutboxOptions) {
    this.#options = options;
    const work = (channel: ChannelName) =>
      new DurableWork<number>({
        name: `consent-${channel}`,
        concurrency: LEDGER_CONCURRENCY,
        backoff: EMERGENCY_BACKOFF,
        isAway: (error) => !(error instanceof NotYetError),
        logger: options.logger,
        run: (stepNo) => this.#run(stepNo),
      });
    this.#work = { authorities: work('authorities'), cloud: work('cloud') };
  }

  /** Goes on with what earlier runs left. */
  start(): void {
    for (const step of this.#options.steps.eligible()) this.add(step);
  }

  /** What delegates signed waits in a queue of its own: however much it is, nothing of the patient's stands behind it. */
  add({ channel, patientNo, stepNo, isDelegated }: ConsentStep): void {
    this.#work[channel].add(isDelegated === 1 ? `delegates-${patientNo}` : patientNo, stepNo);
  }

  get health(): WorkHealth[] {
    return CHANNELS.map((channel) => this.#work[channel].health);
  }

  async stop(): Promise<void> {
    await Promise.all(CHANNELS.map((channel) => this.#work[channel].stop()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #run(stepNo: number): Promise<void> {
    const { store, steps, patients, clock, settler, rotations, logger } = this.#options;
    const step = steps.get(stepNo);
    if (step?.status !== 'open') return;
    const { item, blockNumber } = await this.#submit(step);
    if (isTooEarly(step, item.code)) throw new NotYetError(item.code);
    const isDone = item.code === 'OK' || isThere(step, item.code);
    // Whoever is answered that the new key is in force signs with it next.
    if (isDone && step.kind === 'take-over' && step.channel === 'authorities')
      await rotations.compare(patients.byNo(step.patientNo).patientId);
    if (!isDone) logger.error({ job: step.job, channel: step.channel, code: item.code }, 'refused for good');
    const status = isDone ? 'done' : 'refused';
    store.deferred(() => {
      steps.settle(stepNo, { status, code: item.code, txId: item.txId, blockNumber }, clock());
      if (!isDone) this.#refuseWhatFollows(step, item.code);
      settler.settling(step, isDone);
    });
    await store.sync();
    for (const next of steps.eligible(step.patientNo)) this.add(next);
    if (step.kind === 'rotate' || step.kind === 'rekey') await rotations.settled(step, isDone);
    settler.settled(step, isDone);
  }

  /**
   * The rest of its job, and the jobs that follow it: of a standing policy, what would widen access without what narrows
   * it. After a rotation what the key signed that the channel did not take.
   */
  #refuseWhatFollows(step: ConsentStep, code: string): void {
    const { steps, clock, rotations } = this.#options;
    // A recovery's channels take what is about it side by side.
    if (step.kind === 'object' || step.kind === 'take-over') return;
    // So do a rotation's: what one refuses another may have.
    if (step.kind !== 'rotate') {
      steps.refuseRest(step.patientNo, step.job, code, clock());
      return this.#refuse(steps.following(step.patientNo, step.job), code);
    }
    this.#refuse(steps.after(step), code);
    rotations.refusing(step);
  }

  #refuse(unsent: readonly ConsentStep[], code: string): void {
    const { steps, clock, settler } = this.#options;
    for (const step of unsent) {
      steps.settle(step.stepNo, { status: 'refused', code, txId: null, blockNumber: null }, clock());
      settler.settling(step, false);
    }
  }

  #submit({ kind, channel, patientNo, statement }: ConsentStep): Promise<Settled> {
    const { ledger, patients } = this.#options;
    if (kind === 'grant' || kind === 'revoke' || kind === 'deny')
      return ledger[kind === 'grant' ? 'grant' : 'revoke'][channel].submit(
        patients.byNo(patientNo).patientId,
        statement,
      );
    return this.#submitOne(ONE_BY_ONE[kind], channel, statement);
  }

  /** One statement a transaction; the chaincode's refusal is an answer like an item's. */
  async #submitOne(
    name: (typeof ONE_BY_ONE)[keyof typeof ONE_BY_ONE],
    channelName: ChannelName,
    statement: string,
  ): Promise<Settled> {
    const { ledger } = this.#options;
    const channel = name === 'RegisterPatient' ? ledger.enrolment(channelName) : ledger.channel(channelName);
    try {
      const { result, blockNumber } = await channel.submit(accessControl, name, { statement });
      ledger.note(undefined);
      return { item: result, blockNumber: Number(blockNumber) };
    } catch (error) {
      ledger.note(error);
      if (!(error instanceof LedgerError) || error.code !== 'CHAINCODE_REFUSED') throw error;
      const code = error.chaincodeCode;
      // CALLER_REFUSED is a matter of the certificate: operators fix it, the statement stands.
      if (code === undefined || code === 'CALLER_REFUSED') throw error;
      return { item: { sid: null, code, txId: error.transactionId ?? '' }, blockNumber: 0 };
    }
  }
}

/**
 * It may be taken later, however long that takes. Of a takeover that this gateway holds due, the clocks differ by a
 * little.
 */
const isTooEarly = ({ kind }: ConsentStep, code: string): boolean =>
  kind === 'take-over' ? code === 'RECOVERY_NOT_DUE' : kind !== 'register' && mayBeTakenLater(code);

/** The gateway's new key is in force there by another of the patient's statements. */
const isThere = ({ kind }: ConsentStep, code: string): boolean =>
  kind === 'rekey' && code === 'KEY_UNCHANGED';
