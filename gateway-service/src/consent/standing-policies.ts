import { standingFault, type StandingPolicyName } from '@careledger/consent';
import type { StatementBody } from '@careledger/contracts';
import type { GatewayCore } from '../core.js';
import type { Patient } from '../patients/index.js';
import type { ConsentService } from './consent-service.js';
import type { Taken } from './earlier.js';
import { ConsentError } from './errors.js';
import type { Grant, GrantStore } from './grant-store.js';
import { ORDER, type StatementIntake, type Submission } from './intake.js';
import type { SetPolicy, StandingPolicyStore } from './standing-policy-store.js';
import type { StepStore } from './step-store.js';

export interface StandingPoliciesOptions {
  readonly core: Pick<GatewayCore, 'store'>;
  readonly intake: Pick<StatementIntake, 'check' | 'isNew' | 'submitInOrder'>;
  readonly consent: Pick<ConsentService, 'standing' | 'grantToKeep' | 'revocationToKeep'>;
  readonly grants: Pick<GrantStore, 'get'>;
  readonly steps: Pick<StepStore, 'job'>;
  readonly policies: StandingPolicyStore;
  readonly clock: () => number;
}

/** A policy as the patient's app brings it. */
export interface NewPolicy {
  readonly name: StandingPolicyName;
  readonly version: number;
  /** Its grants and denials, and the ends of those before it, in the order in which they are to count. */
  readonly statements: readonly string[];
}

/**
 * refused: a ledger has not taken part of it; pending: some of it is on its way; in-force: each of its rules counts;
 * changed: it was in force, and the patient has ended some of it since.
 */
export type PolicyStatus = 'refused' | 'pending' | 'in-force' | 'changed';

/** The policy that the patient has set last, and what stands of it. */
export interface PolicyState extends SetPolicy {
  readonly status: PolicyStatus;
  readonly rules: readonly Grant[];
}

/** Standing policies: statements that a patient signs and the gateway takes in one go. */
export class StandingPolicies {
  readonly #options: StandingPoliciesOptions;

  constructor(options: StandingPoliciesOptions) {
    this.#options = options;
  }

  /**
   * Takes all of them, or none. The same again is answered for itself, and puts nothing in the place of what was set since.
   * @returns the last statement, which goes after all others
   * @throws ConsentError `CONSENT_STATEMENT_REFUSED`, `CONSENT_REFUSED`
   */
  async set(patient: Patient, { name, version, statements }: NewPolicy): Promise<Taken> {
    const { intake, consent, policies, clock } = this.#options;
    const checked = statements.map((statement) => {
      const expected = { names: ['grant', 'revoke'] as const, channels: ORDER.grant };
      return { statement, ...intake.check(patient, statement, expected) };
    });
    const sids = checked.map(({ sid }) => sid);
    if (new Set(sids).size < sids.length) throw refused('A statement is there twice');
    const rules = checked.flatMap((each) =>
      each.name === 'grant' ? [each.body as StatementBody<'grant'>] : [],
    );
    const fault = standingFault({ name, version }, rules);
    if (fault !== undefined) throw refused(fault);
    // What follows a refused one would be refused with it.
    for (const sid of sids) if (!intake.isNew(patient, sid)) consent.standing(patient, sid);
    const submissions = checked.map((each): Submission => {
      if (each.name === 'grant')
        return consent.grantToKeep(patient, each.statement, each.body as StatementBody<'grant'>);
      return consent.revocationToKeep(patient, each.statement, each.body as StatementBody<'revoke'>);
    });
    if (!policies.has(patient.patientNo, sids)) {
      const note = () =>
        policies.insert(patient.patientNo, { name, version, statements: sids, setMs: clock() });
      await intake.submitInOrder(patient, submissions, note);
    }
    return { job: sids.at(-1) ?? '', isAlready: false };
  }

  /** Undefined where the patient has set none here. */
  get(patient: Patient): PolicyState | undefined {
    const { policies, grants, steps } = this.#options;
    const { patientNo } = patient;
    const policy = policies.last(patientNo);
    if (policy === undefined) return undefined;
    const rules = policy.statements.flatMap((sid) => grants.get(patientNo, sid) ?? []);
    const all = policy.statements.flatMap((sid) => steps.job(patientNo, sid));
    return { ...policy, rules, status: statusOf(all, rules) };
  }
}

function statusOf(
  steps: readonly { readonly status: string }[],
  rules: readonly Pick<Grant, 'status'>[],
): PolicyStatus {
  if (steps.some(({ status }) => status === 'refused')) return 'refused';
  if (rules.some(({ status }) => status === 'revoked')) return 'changed';
  return steps.some(({ status }) => status === 'open') ? 'pending' : 'in-force';
}

const refused = (why: string): ConsentError => new ConsentError('CONSENT_STATEMENT_REFUSED', why);
