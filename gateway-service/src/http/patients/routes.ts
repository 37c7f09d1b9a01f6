import { EXAMPLE } from '@careledger/domain/examples';
import {
  exampleJob,
  preferencesOf,
  withExamples,
  type LongWork,
  type ServiceApp,
} from '@careledger/service-kit';
import { byOps, byPatientOrOps } from '../access.js';
import { ENROLMENT_BATCHES_PER_MINUTE } from '../../patients/limits.js';
import { referenceOf } from '../decisions/statement-work.js';
import { patientProblems } from '../route-problems.js';
import { ENROLMENT, patientPath } from './enrolments.js';
import { ListQuery, PatientParams } from '../schemas.js';
import {
  EnrolledPatient,
  EnrolmentBody,
  EnrolmentJob,
  EnrolmentsBody,
  EnrolmentsView,
  OfferBody,
  OfferView,
  OffersBody,
  OffersView,
  PatientView,
  PatientsPage,
  TokenView,
} from './schemas.js';
import type { PatientService } from './service.js';
import {
  enrolled,
  enrolling,
  enrolments as enrolmentsExample,
  offer,
  offers,
  offersOfKnown,
  ownEnrolment,
  patient,
  token,
} from './examples.js';

/** Of a batch: statement and sealed key of each. */
const BATCH_MAX_BYTES = 1_000_000;
/** One is what a hundred requests are. */
const ofMany = { ...byOps, requestsPerMinute: ENROLMENT_BATCHES_PER_MINUTE };

export function addPatientRoutes(
  app: ServiceApp,
  patients: PatientService,
  enrolments: LongWork<PatientView>,
): void {
  app.post(
    '/v1/patients',
    {
      config: { ...byOps, isLongWork: true },
      schema: {
        summary:
          'Make a patient: chain and registration, by the patient’s own statement or under a passphrase, which is not kept. ' +
          'Answered when the patient is made; with `Prefer`, when the ledgers have the registration',
        problems: [
          'ENROLMENT_REFUSED',
          'PATIENT_EXISTS',
          'CONSENT_KEY_NOT_KEPT',
          'PASSPHRASE_TOO_SHORT',
          'PASSPHRASES_BUSY',
          'GATEWAY_STOPPING',
          'CONSENT_REFUSED',
        ],
        body: withExamples(EnrolmentBody, { passphrase: EXAMPLE.passphrase }, ownEnrolment),
        response: {
          201: withExamples(EnrolledPatient, enrolled),
          202: withExamples(
            EnrolmentJob,
            exampleJob(ENROLMENT, { stage: 'authorities', done: 0, total: 2 }, enrolling),
          ),
        },
      },
    },
    async (request, reply) => {
      const { token, ...name } = await patients.enrol(request.body, request.idempotent);
      reply.header('location', patientPath(name.patientId));
      const { isAsync, waitMs } = preferencesOf(request.headers.prefer);
      if (!isAsync && waitMs === undefined)
        return reply.status(201).send({ ...patients.get(name.patientId), token });
      const answer = await enrolments.answer(request, reply, { reference: referenceOf(name), waitMs: 0 });
      return answer.isDone
        ? reply.status(201).send({ ...answer.result, token })
        : reply.status(202).send({ ...answer.job, result: { ...answer.job.result, token } });
    },
  );

  app.post(
    '/v1/enrolments',
    {
      config: byOps,
      schema: {
        summary:
          'First step of a patient with a key of its own: the keys that this gateway offers to be appointed. Asked again, ' +
          'the same keys',
        problems: ['PATIENT_EXISTS'],
        body: withExamples(OfferBody, { consentKey: EXAMPLE.publicKey }),
        response: { 200: withExamples(OfferView, offer) },
      },
    },
    async (request) => patients.offer(request.body.consentKey),
  );

  app.post(
    '/v1/enrolments/offers',
    {
      config: ofMany,
      schema: {
        summary: 'The first step for many patients at once: an offer for each key, or why there is none',
        body: withExamples(OffersBody, { consentKeys: [EXAMPLE.publicKey] }),
        response: { 200: withExamples(OffersView, offers, offersOfKnown) },
      },
    },
    async (request) => patients.offers(request.body.consentKeys),
  );

  app.post(
    '/v1/enrolments/batch',
    {
      config: ofMany,
      bodyLimit: BATCH_MAX_BYTES,
      schema: {
        summary:
          'Make many patients by their own statements, each for itself. Answered when they are made; the registrations follow. ' +
          'One that comes again is the same patient, with another token',
        body: withExamples(EnrolmentsBody, { enrolments: [ownEnrolment] }),
        response: { 200: withExamples(EnrolmentsView, enrolmentsExample) },
      },
    },
    async (request) => patients.enrolAll(request.body.enrolments),
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
