import { ledgerAnswers } from '@careledger/ledger/service';
import { withExamples, type ServiceApp } from '@careledger/service-kit';
import type { WrapHolder } from '../../ledger-access/wrap-holders.js';
import { byPatientOrAuditor } from '../access.js';
import { patientProblems } from '../route-problems.js';
import { PatientParams } from '../schemas.js';
import { holder } from './examples.js';
import { WrapHoldersView } from './schemas.js';

export function addWrapHolderRoutes(
  app: ServiceApp,
  holdersOf: (patientId: string) => Promise<WrapHolder[]>,
): void {
  app.get(
    '/v1/patients/:patientId/wrap-holders',
    {
      config: byPatientOrAuditor,
      schema: {
        operationId: 'listPatientWrapHolders',
        summary:
          'Providers that hold the patient’s records: what each has attested of deleted wraps, and what it owes since when',
        problems: [...patientProblems, ...ledgerAnswers],
        params: PatientParams,
        response: { 200: withExamples(WrapHoldersView, { holders: [holder] }) },
      },
    },
    async (request) => ({ holders: await holdersOf(request.params.patientId) }),
  );
}
