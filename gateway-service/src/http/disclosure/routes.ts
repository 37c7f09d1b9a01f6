import { ledgerAnswers } from '@careledger/ledger/service';
import { withExamples, type ServiceApp } from '@careledger/service-kit';
import { byPatientOrAuditor } from '../access.js';
import { patientProblems } from '../route-problems.js';
import { PatientParams } from '../schemas.js';
import * as examples from './examples.js';
import { DisclosurePage, DisclosureQuery } from './schemas.js';
import type { DisclosureService } from './service.js';

export function addDisclosureRoutes(app: ServiceApp, disclosure: DisclosureService): void {
  app.get(
    '/v1/patients/:patientId/disclosure-statement',
    {
      config: byPatientOrAuditor,
      schema: {
        operationId: 'getPatientDisclosureStatement',
        summary:
          'Who asked for what in a period, and the answers: FHIR AuditEvents with a proof, checked offline',
        description:
          'Oldest first; a page is a Bundle with an AuditEvent (IHE BALP) for each attempt and the answer that peers of ' +
          'independent organisations signed. `careledger-disclosure` checks the pages of a statement. With `requester`, ' +
          '`recordId` or `decision`: those alone, and the statement says so.',
        problems: [...patientProblems, ...ledgerAnswers],
        params: PatientParams,
        querystring: DisclosureQuery,
        response: { 200: withExamples(DisclosurePage, examples.page) },
      },
    },
    async (request) => disclosure.page(request.params.patientId, request.query),
  );
}
