import { type ServiceApp, withExamples } from '@careledger/service-kit';
import { byOps, byPatientOrOps } from '../access.js';
import { patientProblems } from '../route-problems.js';
import { ListQuery, PatientParams } from '../schemas.js';
import { EnrolledPatient, EnrolmentBody, PatientView, PatientsPage, TokenView } from './schemas.js';
import type { PatientService } from './service.js';
import { EXAMPLE } from '@careledger/domain/examples';
import { enrolled, patient, token } from './examples.js';

export function addPatientRoutes(app: ServiceApp, patients: PatientService): void {
  app.post(
    '/v1/patients',
    {
      config: byOps,
      schema: {
        summary: 'Make a patient: keys, chain and registration; the passphrase is not kept',
        problems: ['PASSPHRASE_TOO_SHORT', 'PASSPHRASES_BUSY', 'GATEWAY_STOPPING'],
        body: withExamples(EnrolmentBody, { passphrase: EXAMPLE.passphrase }),
        response: { 201: withExamples(EnrolledPatient, enrolled) },
      },
    },
    async (request, reply) =>
      reply.status(201).send(await patients.enrol(request.body.passphrase, request.idempotent)),
  );

  app.get(
    '/v1/patients',
    {
      config: byOps,
      schema: {
        summary: 'The patients of this gateway, in the order in which they came',
        querystring: ListQuery,
        response: { 200: withExamples(PatientsPage, { patients: [patient], next: null }) },
      },
    },
    async (request) => patients.list(request.query),
  );

  app.get(
    '/v1/patients/:patientId',
    {
      config: byPatientOrOps,
      schema: {
        summary: 'A patient of this gateway',
        problems: patientProblems,
        params: PatientParams,
        response: { 200: withExamples(PatientView, patient) },
      },
    },
    async (request) => patients.get(request.params.patientId),
  );

  app.post(
    '/v1/patients/:patientId/tokens',
    {
      config: byOps,
      schema: {
        summary: 'Replace the patient’s bearer tokens by a new one',
        problems: patientProblems,
        params: PatientParams,
        response: { 201: withExamples(TokenView, token) },
      },
    },
    async (request, reply) => reply.status(201).send(patients.replaceTokens(request.params.patientId)),
  );
}
