import type { Jobs, LongWork, Progress, Wait } from '@careledger/service-kit';
import type { ConsentService, JobOutcome, StepStore, Taken } from '../../consent/index.js';
import type { GatewayCore } from '../../core.js';
import type { OwnVersionStore } from '../../delivery/own-version-store.js';
import type { RewrapStore } from '../../delivery/rewrap-store.js';
import type { Patient } from '../../patients/index.js';
import type { PatientProgress } from '../../patients/progress.js';
import { WAIT_MS } from '../limits.js';
import { DECISION, type DecisionStage } from './schemas.js';
import { fromReference, referenceOf, whenReached } from './statement-work.js';

export interface DecisionsOptions {
  readonly core: Pick<GatewayCore, 'patients'>;
  readonly consent: Pick<ConsentService, 'outcomeOf' | 'standing'>;
  readonly steps: Pick<StepStore, 'job'>;
  readonly rewraps: Pick<RewrapStore, 'get'>;
  readonly versions: Pick<OwnVersionStore, 'countWithin'>;
  readonly progress: Pick<PatientProgress, 'until'>;
  readonly jobs: Pick<Jobs, 'watch'>;
}

type Asked = Parameters<LongWork<unknown>['answer']>;
type DecisionAnswer = Awaited<ReturnType<LongWork<JobOutcome>['answer']>>;

/**
 * Decisions on their way to the ledgers. A request is answered when every channel has one; its job ends when the patient's
 * records are wrapped for those who may read them since, and for nobody else.
 */
export class Decisions {
  readonly #options: DecisionsOptions;
  readonly #work: LongWork<JobOutcome>;

  constructor(options: DecisionsOptions) {
    this.#options = options;
    this.#work = options.jobs.watch(DECISION, (reference, wait) => this.#look(reference, wait));
  }

  /** @throws ConsentError `CONSENT_REFUSED` */
  async answer(
    [request, reply]: [request: Asked[0], reply: Asked[1]],
    patientId: string,
    taken: Taken,
  ): Promise<DecisionAnswer> {
    const { core, consent } = this.#options;
    const { job, isAlready, isByOthers } = taken;
    const patient = core.patients.get(patientId);
    if (isByOthers) return { isDone: true, result: await consent.outcomeOf(patient, taken, 0) };
    const answer = await this.#work.answer(request, reply, {
      reference: referenceOf({ patientId, statementId: job }),
      waitMs: WAIT_MS,
      isAnswered: ({ result }) => result.status === 'done',
    });
    return isAlready && answer.isDone
      ? { isDone: true, result: { ...answer.result, already: true } }
      : answer;
  }

  async #look(
    reference: string,
    { waitMs, isEnough }: Wait<JobOutcome>,
  ): Promise<Progress<JobOutcome, DecisionStage>> {
    const { patientId, statementId } = fromReference(reference);
    const patient = this.#options.core.patients.get(patientId);
    const progress = () => this.#progress(patient, statementId);
    await whenReached(this.#options, {
      ...{ patientNo: patient.patientNo, statementId, waitMs },
      isEnough: () => isEnough(progress()),
    });
    return progress();
  }

  /** @throws ConsentError `CONSENT_REFUSED` */
  #progress(patient: Patient, job: string): Progress<JobOutcome, DecisionStage> {
    const { consent } = this.#options;
    const result = consent.standing(patient, job);
    const { channels } = result;
    const open = channels.find((channel) => channel.status !== 'done');
    // Providers hold wraps by the grants on `cloud`: whatever comes there may change who has some.
    const hasWraps = channels.some(({ channel }) => channel === 'cloud');
    const wraps = open === undefined && hasWraps ? this.#wraps(patient.patientNo) : undefined;
    if (wraps !== undefined) return { isDone: false, stage: 'wrapping', ...wraps, result };
    const total = channels.length + (hasWraps ? 1 : 0);
    const isDone = open === undefined;
    const done = isDone ? total : channels.filter((channel) => channel.status === 'done').length;
    return { isDone, stage: open?.channel ?? 'settled', done, total, result };
  }

  /** How many of the record versions that are held against the grants have been; undefined where that has ended. */
  #wraps(patientNo: number): { readonly done: number; readonly total: number } | undefined {
    const { rewraps, versions } = this.#options;
    const job = rewraps.get(patientNo);
    if (job === undefined) return undefined;
    const { first, last, next } = job;
    const total = versions.countWithin(patientNo, { first, last });
    return { done: total - versions.countWithin(patientNo, { first, last: next }), total };
  }
}
