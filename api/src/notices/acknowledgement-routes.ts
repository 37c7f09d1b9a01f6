import { Id128, PatientId, PractitionerId, closedObject } from '@careledger/domain';
import { AUTHORITY_ROUTES, Acknowledgement, AcknowledgementAnswer } from '@careledger/protocol';
import { requireRole, type ServiceApp, withExamples } from '@careledger/service-kit';
import { Type } from 'typebox';
import { VouchingQuery, readerOf } from '../access/reader.js';
import { vouchingProblems } from '../http/route-problems.js';
import type { AcknowledgementService } from './acknowledgement-service.js';
import { acknowledgement, acknowledgementRequest } from './examples.js';

const path = AUTHORITY_ROUTES.acknowledgement(':noticeSid');
const AcknowledgementRequest = closedObject({
  patientId: PatientId,
  ...VouchingQuery,
  practitionerId: PractitionerId,
});
const NoticeParams = Type.Object({ noticeSid: Id128 });

export function addAcknowledgementRoutes(app: ServiceApp, service: AcknowledgementService): void {
  app.post(
    path,
    {
      config: requireRole('practitioner'),
      schema: {
        operationId: 'acknowledgeEmergency',
        summary: 'Acknowledge an emergency: signed for the practitioner, and taken to the patient’s gateway',
        description:
          '`noticeSid` is `sid` of the notice `emergency`. The gateway tells no further recipient once it has the ' +
          'acknowledgement. The first one stands: a notice that was acknowledged before is answered with it.',
        problems: ['NOTICE_UNKNOWN', 'LEDGER_UNAVAILABLE', 'TOO_MANY_TAGS', ...vouchingProblems],
        params: NoticeParams,
        body: withExamples(AcknowledgementRequest, acknowledgementRequest),
        response: { 200: withExamples(Acknowledgement, acknowledgement) },
      },
    },
    async (request) => {
      const { patientId, ...vouching } = request.body;
      const name = { patientId, sid: request.params.noticeSid };
      return service.acknowledge(name, vouching.practitionerId, readerOf(request, vouching));
    },
  );

  app.get(
    path,
    {
      // A gateway asks, by the id that it gave the notice: nobody but the two of them knows it.
      config: requireRole('system'),
      schema: {
        operationId: 'getAcknowledgement',
        summary: 'For the patient’s gateway: who has acknowledged its notice',
        problems: ['NOTICE_UNKNOWN'],
        params: NoticeParams,
        querystring: Type.Object({ patientId: PatientId }),
        response: { 200: withExamples(AcknowledgementAnswer, { acknowledgement }) },
      },
    },
    async ({ params, query }) => {
      const acknowledgement = service.of({ patientId: query.patientId, sid: params.noticeSid });
      return acknowledgement === undefined ? {} : { acknowledgement };
    },
  );
}
