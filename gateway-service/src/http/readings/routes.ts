import { type ServiceApp, withExamples } from '@careledger/service-kit';
import { byPatient } from '../access.js';
import { patientProblems } from '../route-problems.js';
import { PatientParams } from '../schemas.js';
import { ReadingsPage, ReadingsQuery } from './schemas.js';
import type { ReadingService } from './service.js';
import { readings as example } from './examples.js';

export function addReadingRoutes(app: ServiceApp, readings: ReadingService): void {
  app.get(
    '/v1/patients/:patientId/readings',
    {
      config: byPatient,
      schema: {
        summary:
          'Stored readings by measured time, in the order in which they arrived; implausible ones are flagged',
        problems: patientProblems,
        params: PatientParams,
        querystring: ReadingsQuery,
        response: { 200: withExamples(ReadingsPage, example) },
      },
    },
    async (request) => readings.list(request.params.patientId, request.query),
  );
}
