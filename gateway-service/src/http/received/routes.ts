import { ledgerAnswers } from '@careledger/ledger/service';
import { type ServiceApp, withExamples } from '@careledger/service-kit';
import { byPatient } from '../access.js';
import { RecordParams, VersionQuery } from '../records/schemas.js';
import { patientProblems } from '../route-problems.js';
import { ListQuery, PatientParams } from '../schemas.js';
import * as examples from './examples.js';
import { OpenedReceived, ReceivedPage } from './schemas.js';
import type { ReceivedService } from './service.js';

export function addReceivedRoutes(app: ServiceApp, received: ReceivedService): void {
  app.get(
    '/v1/patients/:patientId/received-records',
    {
      config: byPatient,
      schema: {
        summary:
          'Records that authorities have written, every version, last heard first; how far their tags are confirmed',
        problems: [...patientProblems, 'CURSOR_INVALID'],
        params: PatientParams,
        querystring: ListQuery,
        response: { 200: withExamples(ReceivedPage, examples.page) },
      },
    },
    async (request) => received.list(request.params.patientId, request.query),
  );

  app.get(
    '/v1/patients/:patientId/received-records/:recordId',
    {
      config: byPatient,
      schema: {
        summary: 'What an authority has written, as FHIR R4: released by a provider, opened here',
        description: 'The access is on the ledger like any other, as the patient’s own.',
        problems: [
          ...patientProblems,
          ...ledgerAnswers,
          'RECORD_NOT_FOUND',
          'RECORD_UNREADABLE',
          'PROVIDER_UNREACHABLE',
        ],
        params: RecordParams,
        querystring: VersionQuery,
        response: { 200: withExamples(OpenedReceived, examples.opened) },
      },
    },
    async ({ params: { patientId, recordId }, query }) => received.open(patientId, recordId, query.version),
  );
}
