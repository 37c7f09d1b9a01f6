import { accessControl, type GrantState, type StatementBody } from '@careledger/contracts';
import { CHANNELS, type ChannelName } from '@careledger/domain';
import { isDenial, isRevokedThrough } from '@careledger/policy';
import { LedgerError, allRows } from '@careledger/ledger';
import { readStatement } from '@careledger/statements';
import type { LedgerReader } from '../ledger-access/ledger-link.js';
import type { Patient } from '../patients/index.js';
import type { GrantStore, Place } from './grant-store.js';
import type { ConsentStep, StepStore } from './step-store.js';

/** A ledger that has not said by then what is revoked is not asked further: the revocation is sent again. */
const LEDGER_ANSWER_MAX_MS = 2_000;

/** A decision of the patient's: on its way to the ledgers, or there already. */
export interface Taken {
  /** Id of the statement; where `isByOthers`, of what it is about. */
  readonly job: string;
  /** Every ledger that has to know has it: nothing is sent. */
  readonly isAlready: boolean;
  /** Others brought it to the ledgers: this gateway has no statement of it. */
  readonly isByOthers?: true;
}

export interface EarlierDecisionsOptions {
  readonly steps: Pick<StepStore, 'job' | 'jobsOf'>;
  readonly grants: Pick<GrantStore, 'get' | 'standsAbove' | 'placeBy'>;
  readonly ledger: LedgerReader;
}

type Revocation = StatementBody<'revoke'> | StatementBody<'revokeAll'>;

/**
 * What the patient decides again although it stands: it is not sent twice. Whatever is in doubt is no earlier decision, so
 * that nothing stays open because this gateway believed it closed.
 */
export class EarlierDecisions {
  readonly #options: EarlierDecisionsOptions;

  constructor(options: EarlierDecisionsOptions) {
    this.#options = options;
  }

  /** How far a statement of this gateway's has come. */
  taken(patient: Patient, job: string): Taken {
    return takenOf(this.#options.steps.job(patient.patientNo, job), job);
  }

  /** Of one grant: by its own revocation, or by one of everything that covers it. */
  async ofGrant(patient: Patient, grantId: string): Promise<Taken | undefined> {
    const own = this.ownOfGrant(patient, grantId);
    if (own !== undefined) return own;
    // Revoked on one of the ledgers at least, by a statement that others relayed.
    if (this.#options.grants.get(patient.patientNo, grantId)?.status !== 'revoked') return undefined;
    const isRevoked = await this.#everywhere(patient, (rows) =>
      rows.some((grant) => grant.grantId === grantId && grant.revokedAt !== undefined),
    );
    return isRevoked
      ? { job: grantId, isAlready: true, isByOthers: true }
      : this.ownOfGrant(patient, grantId);
  }

  /** The same, as far as this gateway sent the revocation. */
  ownOfGrant({ patientNo }: Patient, grantId: string): Taken | undefined {
    const known = this.#options.grants.get(patientNo, grantId);
    const grant = known === undefined || isDenial(known.body) ? undefined : known;
    const covers = (steps: readonly ConsentStep[]): boolean => {
      const body = bodyOf(steps) as unknown as Revocation;
      if ('grantId' in body) return body.grantId === grantId;
      const { policySeq, epoch } = this.#placeOf(steps);
      const through = { revokedThroughSeq: policySeq, revokedThroughEpoch: epoch };
      return grant !== undefined && isRevokedThrough(grant, through);
    };
    return best(this.#standing(patientNo, 'revoke').filter(covers));
  }

  /** Of everything, where nothing has been granted since. */
  async ofEverything(patient: Patient): Promise<Taken | undefined> {
    const own = this.ownOfEverything(patient);
    if (own?.isAlready !== true) return own;
    // Grants reach the ledgers by other ways as well, and this gateway hears of them later.
    const isRevoked = await this.#everywhere(patient, (rows) =>
      rows.every((rule) => isDenial(rule) || rule.revokedAt !== undefined),
    );
    if (isRevoked) return own;
    const since = this.ownOfEverything(patient);
    return since?.isAlready === false ? since : undefined;
  }

  /** The same, as far as this gateway knows. */
  ownOfEverything({ patientNo }: Patient): Taken | undefined {
    const [highest] = this.#standing(patientNo, 'revoke')
      .filter((steps) => !('grantId' in bodyOf(steps)))
      .map((steps) => ({ steps, place: this.#placeOf(steps) }))
      .sort((a, b) => b.place.epoch - a.place.epoch || b.place.policySeq - a.place.policySeq);
    if (highest === undefined || this.#options.grants.standsAbove(patientNo, highest.place)) return undefined;
    return best([highest.steps]);
  }

  /** The patient's no to a subscription, as far as this gateway sent it. */
  ownRejection({ patientNo }: Patient, subscriptionId: string): Taken | undefined {
    return best(
      this.#standing(patientNo, 'reject').filter(
        (steps) => bodyOf(steps)['subscriptionId'] === subscriptionId,
      ),
    );
  }

  /** Where a revocation of the patient's stands among the decisions. */
  #placeOf([step]: readonly ConsentStep[]): Place {
    if (step === undefined) throw new RangeError('A revocation has no steps');
    const { header, payload } = readStatement(step.statement);
    const { policySeq } = payload.body as unknown as Revocation;
    return this.#options.grants.placeBy(step.patientNo, header.kid, policySeq);
  }

  /** Those that no ledger has refused. */
  #standing(patientNo: number, kind: 'revoke' | 'reject'): ConsentStep[][] {
    return this.#options.steps
      .jobsOf(patientNo, kind)
      .filter((steps) => steps.every(({ status }) => status !== 'refused'));
  }

  /** Whether it holds for a patient's grants on both channels; false where one does not answer. */
  async #everywhere(
    { patientId }: Patient,
    holds: (grants: readonly GrantState[]) => boolean,
  ): Promise<boolean> {
    const grantsOn = (name: ChannelName) =>
      allRows((page) =>
        this.#options.ledger.channel(name).evaluate(accessControl, 'ListGrants', { patientId, ...page }),
      );
    const asked = Promise.all(CHANNELS.map(grantsOn)).then(
      (both) => both.every(holds),
      (error: unknown) => {
        if (!(error instanceof LedgerError)) throw error;
        return false;
      },
    );
    const { promise: late, resolve } = Promise.withResolvers<boolean>();
    const timer = setTimeout(() => resolve(false), LEDGER_ANSWER_MAX_MS);
    try {
      return await Promise.race([asked, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** One that is on every ledger, else the newest one that is on its way. */
function best(jobs: readonly ConsentStep[][]): Taken | undefined {
  const all = jobs.flatMap((steps) => (steps[0] === undefined ? [] : [takenOf(steps, steps[0].job)]));
  return all.find(({ isAlready }) => isAlready) ?? all[0];
}

const takenOf = (steps: readonly ConsentStep[], job: string): Taken => ({
  job,
  isAlready: steps.every(({ status }) => status === 'done'),
});

function bodyOf([step]: readonly ConsentStep[]): Readonly<Record<string, unknown>> {
  return step === undefined ? {} : (readStatement(step.statement).payload.body as Record<string, unknown>);
}
