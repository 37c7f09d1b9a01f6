import { timestampOf } from '@careledger/domain';
import { ledgerAnswers } from '@careledger/ledger/service';
import { sendAnswer, withExamples, type ServiceApp } from '@careledger/service-kit';
import type { PolicyState, StandingPolicies } from '../../consent/index.js';
import type { GatewayCore } from '../../core.js';
import { byPatientOrAuditor } from '../access.js';
import { decided, decisionResponses } from '../decisions/answers.js';
import type { Decisions } from '../decisions/decisions.js';
import { patientProblems } from '../route-problems.js';
import { PatientParams } from '../schemas.js';
import { careTeam, inForce } from './examples.js';
import { PolicyAnswer, PolicyBody, type PolicyView } from './schemas.js';

export interface StandingPolicyOptions {
  readonly core: Pick<GatewayCore, 'patients'>;
  readonly standingPolicies: Pick<StandingPolicies, 'set' | 'get'>;
  readonly decisions: Decisions;
}

/** Rules that a patient picks in one step. */
export async function standingPolicyPlugin(app: ServiceApp, options: StandingPolicyOptions): Promise<void> {
  const { core, standingPolicies, decisions } = options;
  app.get(
    '/v1/patients/:patientId/standing-policy',
    {
      config: byPatientOrAuditor,
      schema: {
        summary: 'Which standing policy the patient has set last, in which version, and what stands of it',
        problems: patientProblems,
        params: PatientParams,
        response: { 200: withExamples(PolicyAnswer, { policy: inForce }, { policy: null }) },
      },
    },
    async (request) => {
      const policy = standingPolicies.get(core.patients.get(request.params.patientId));
      return { policy: policy === undefined ? null : viewOf(policy) };
    },
  );

  app.put(
    '/v1/patients/:patientId/standing-policy',
    {
      config: decided,
      schema: {
        summary:
          'Put a standing policy in the place of the one before: all of its statements, signed by the patient, are taken or none ' +
          'is, and on each channel they go in their order. The answer is that to the last one; the same statements again get it again',
        problems: [...patientProblems, 'CONSENT_STATEMENT_REFUSED', 'CONSENT_REFUSED', ...ledgerAnswers],
        params: PatientParams,
        body: withExamples(PolicyBody, careTeam),
        response: decisionResponses,
      },
    },
    async (request, reply) => {
      const { patientId } = request.params;
      const taken = await standingPolicies.set(core.patients.get(patientId), request.body);
      const answer = await decisions.answer([request, reply], patientId, taken);
      return sendAnswer(reply, answer, { status: 200 });
    },
  );
}

const viewOf = ({ name, version, status, setMs, rules }: PolicyState): PolicyView => ({
  ...{ name, version, status, setAt: timestampOf(setMs) },
  rules: rules.map(({ grantId, authorityId, status: stands }) => ({ grantId, authorityId, status: stands })),
});
