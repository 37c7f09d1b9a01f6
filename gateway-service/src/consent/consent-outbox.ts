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
import type { ConsentStep, StepKind, StepStore } from './step-store.js';

/** How statements of a kind are brought: one by one by a function, or with those of other patients in one transaction. */
const BROUGHT = {
  register: { together: 'register' },
  grant: { together: 'grant' },
  deny: { together: 'revoke' },
  revoke: { together: 'revoke' },
  reject: { alone: 'RejectSubscription' },
  rotate: { alone: 'RotatePatientKey' },
  rekey: { alone: 'RotatePatientKey' },
  object: { alone: 'ObjectToRecovery' },
  'take-over': { alone: 'TakeOver' },
  delegate: { alone: 'Delegate' },
  'end-delegation': { alone: 'EndDelegation' },
} as const satisfies Record<
  StepKind,
  | { readonly together: 'register' | 'grant' | 'revoke' }
  | { readonly alone: keyof (typeof accessControl)['transactions'] }
>;
type Alone = Extract<(typeof BROUGHT)[StepKind], { readonly alone: unknown }>['alone'];

/** The part of the ledger that consent needs. */
export type ConsentLedger = Pick<LedgerLink, 'register' | 'grant' | 'revoke' | 'channel' | 'note'>;

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
 * key: on its channel it waits for all before it, and holds back all after it. Registrations have workers of their own:
 * however many patients are enrolled at once, and whatever keeps the enroller out, no decision of anybody's stands behind
 * them.
 */
export class ConsentOutbox implements AsyncDisposable {
  readonly #options: ConsentOutboxOptions;
  readonly #deciding: Readonly<Record<ChannelName, DurableWork<number>>>;
  readonly #registering: Readonly<Record<ChannelName, DurableWork<number>>>;

  constructor(options: ConsentOutboxOptions) {
    this.#options = options;
    const work = (name: string) =>
      new DurableWork<number>({
        name,
        concurrency: LEDGER_CONCURRENCY,
        backoff: EMERGENCY_BACKOFF,
        isAway: (error) => !(error instanceof NotYetError),
        logger: options.logger,
        run: (stepNo) => this.#run(stepNo),
      });
    this.#deciding = { authorities: work('consent-authorities'), cloud: work('consent-cloud') };
    this.#registering = { authorities: work('register-authorities'), cloud: work('register-cloud') };
  }

  /** Goes on with what earlier runs left. */
  start(): void {
    for (const step of this.#options.steps.eligible()) this.add(step);
  }

  /** What delegates signed waits in a queue of its own: however much it is, nothing of the patient's stands behind it. */
  add({ kind, channel, patientNo, stepNo, isDelegated }: ConsentStep): void {
    const work = kind === 'register' ? this.#registering : this.#deciding;
    work[channel].add(isDelegated === 1 ? `delegates-${patientNo}` : patientNo, stepNo);
  }

  get health(): WorkHealth[] {
    return this.#works.map(({ health }) => health);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#works.map((work) => work.stop()));
  }

  get #works(): DurableWork<number>[] {
    return [this.#deciding, this.#registering].flatMap((by) => CHANNELS.map((channel) => by[channel]));
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
      settler.settling(step, isDone, item.code);
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
      // What takes away does so on the other: the one that refuses may know another key of the patient's.
      if (step.kind !== 'revoke' && step.kind !== 'deny')
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
    const brought = BROUGHT[kind];
    return 'together' in brought
      ? ledger[brought.together][channel].submit(patients.byNo(patientNo).patientId, statement)
      : this.#submitOne(brought.alone, channel, statement);
  }

  /** One statement a transaction; the chaincode's refusal is an answer like an item's. */
  async #submitOne(name: Alone, channelName: ChannelName, statement: string): Promise<Settled> {
    const { ledger } = this.#options;
    try {
      const { result, blockNumber } = await ledger
        .channel(channelName)
        .submit(accessControl, name, { statement });
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
  kind === 'take-over' ? code === 'RECOVERY_NOT_DUE' : mayBeTakenLater(code);

/** The gateway's new key is in force there by another of the patient's statements. */
const isThere = ({ kind }: ConsentStep, code: string): boolean =>
  kind === 'rekey' && code === 'KEY_UNCHANGED';
