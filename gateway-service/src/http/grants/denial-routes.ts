import { withExamples, type ServiceApp } from '@careledger/service-kit';
import { byPatientDelegateOrAuditor, delegationOf } from '../access.js';
import { callerOf } from '../caller.js';
import { decidedOrDelegated, decisionResponses } from '../decisions/answers.js';
import type { Decisions } from '../decisions/decisions.js';
import { consentProblems, patientProblems } from '../route-problems.js';
import { ListQuery, PatientParams } from '../schemas.js';
import { denial, denialTerms, denialToAll, readyDenial } from './examples.js';
import { DenialBody, DenialsPage } from './schemas.js';
import type { GrantService } from './service.js';

export function addDenialRoutes(app: ServiceApp, grants: GrantService, decisions: Decisions): void {
  app.get(
    '/v1/patients/:patientId/denials',
    {
      config: byPatientDelegateOrAuditor,
      schema: {
        summary: 'What the patient has denied, whatever is granted; denials that were revoked included',
        problems: patientProblems,
        params: PatientParams,
        querystring: ListQuery,
        response: {
          200: withExamples(DenialsPage, { denials: [denial], nextPolicySeq: 4, epoch: 0, next: null }),
        },
      },
    },
    async (request) => grants.listDenials(request.params.patientId, request.query, delegationOf(request)),
  );

  app.post(
    '/v1/patients/:patientId/denials',
    {
      config: decidedOrDelegated,
      schema: {
        summary:
          'Deny, whatever is granted: a ready statement, or the terms with the passphrase of the consent key; it is ' +
          'revoked as a grant is, by its id',
        problems: consentProblems,
        params: PatientParams,
        body: withExamples(DenialBody, denialTerms, denialToAll, readyDenial),
        response: decisionResponses,
      },
    },
    async (request, reply) => {
      const { patientId } = request.params;
      const taken = await grants.deny(patientId, request.body, callerOf(request), request.idempotent);
      const answer = await decisions.answer([request, reply], patientId, taken);
      return answer.isDone ? reply.status(200).send(answer.result) : reply.status(202).send(answer.job);
    },
  );
}
