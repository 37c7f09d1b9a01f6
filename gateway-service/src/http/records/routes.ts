import { type ServiceApp, withExamples } from '@careledger/service-kit';
import { byPatient } from '../access.js';
import { patientProblems } from '../route-problems.js';
import { PatientParams } from '../schemas.js';
import { OpenedRecord, RecordParams, RecordsPage, RecordsQuery, VersionQuery } from './schemas.js';
import type { RecordService } from './service.js';
import * as examples from './examples.js';

export function addRecordRoutes(app: ServiceApp, records: RecordService): void {
  app.get(
    '/v1/patients/:patientId/records',
    {
      config: byPatient,
      schema: {
        summary: 'Records that this gateway has made, every version, newest first',
        problems: patientProblems,
        params: PatientParams,
        querystring: RecordsQuery,
        response: { 200: withExamples(RecordsPage, examples.records) },
      },
    },
    async (request) => records.list(request.params.patientId, request.query),
  );

  app.get(
    '/v1/patients/:patientId/records/:recordId',
    {
      config: byPatient,
      schema: {
        summary: 'A record’s content as FHIR R4, decrypted from this gateway’s own copy',
        problems: [...patientProblems, 'RECORD_NOT_FOUND', 'RECORD_DAMAGED'],
        params: RecordParams,
        querystring: VersionQuery,
        response: { 200: withExamples(OpenedRecord, examples.openedRecord) },
      },
    },
    async ({ params: { patientId, recordId }, query }) => records.open(patientId, recordId, query.version),
  );
}
