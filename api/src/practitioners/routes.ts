import { PractitionerId } from '@careledger/domain';
import { ledgerPageQuery } from '@careledger/ledger/service';
import {
  IfMatch,
  Next,
  assertUnchanged,
  contentTag,
  exampleJob,
  fromCursor,
  jobOf,
  pageOfRows,
  requireRole,
  sendAnswer,
  withExamples,
  type ServiceApp,
} from '@careledger/service-kit';
import { Type } from 'typebox';
import type { AnsweredWork } from '../outbox/answered-work.js';
import type { PractitionerService } from './practitioner-service.js';
import type { Practitioner } from './practitioner-store.js';
import { NewPractitionerBody, ShownPractitioner, shown } from './schemas.js';
import * as examples from './examples.js';
import { REGISTRATION, WITHDRAWAL, vouchingWork } from './vouching-work.js';

const Place = Type.Object({ createdAt: Type.String(), practitionerId: PractitionerId });
const placeOf = ({ createdAt, practitionerId }: Practitioner) => ({ createdAt, practitionerId });
const PractitionerJob = jobOf('PractitionerJob', ShownPractitioner);
const practitionerIdParam = Type.Object({ practitionerId: PractitionerId });

export interface PractitionerRouteOptions extends AnsweredWork {
  readonly service: PractitionerService;
}

export function addPractitionerRoutes(
  app: ServiceApp,
  { service, outbox, jobs, answerWithinMs }: PractitionerRouteOptions,
): void {
  const { registering, withdrawing } = vouchingWork({ jobs, outbox, service });

  app.post(
    '/v1/practitioners',
    {
      config: { ...requireRole('ops'), isLongWork: true },
      schema: {
        summary: 'Register a practitioner under a fresh pseudonym and key; who it is stays here',
        problems: ['LEDGER_REFUSED'],
        body: withExamples(NewPractitionerBody, examples.newPractitioner),
        response: {
          201: withExamples(ShownPractitioner, examples.active),
          202: withExamples(
            PractitionerJob,
            exampleJob(REGISTRATION, { stage: 'registering', done: 0, total: 2 }, examples.registering),
          ),
        },
      },
    },
    async (request, reply) => {
      const { practitionerId } = await service.register(request.body, request.idempotent);
      const answer = await registering.answer(request, reply, {
        reference: practitionerId,
        waitMs: answerWithinMs,
      });
      return sendAnswer(reply, answer, { status: 201 });
    },
  );

  app.get(
    '/v1/practitioners',
    {
      config: requireRole('ops', 'auditor'),
      schema: {
        summary: 'Practitioners of this authority and who they are, by when they were registered',
        querystring: Type.Object(ledgerPageQuery),
        response: {
          200: withExamples(Type.Object({ practitioners: Type.Array(ShownPractitioner), next: Next }), {
            practitioners: [examples.active],
            next: null,
          }),
        },
      },
    },
    async (request) => {
      const { cursor, limit } = request.query;
      const after = cursor === undefined ? undefined : fromCursor(cursor, Place);
      const { rows, next } = pageOfRows(service.list(after, limit + 1), limit, placeOf);
      return { practitioners: rows.map(shown), next };
    },
  );

  app.get(
    '/v1/practitioners/:practitionerId',
    {
      config: requireRole('ops', 'auditor'),
      schema: {
        summary: 'A practitioner of this authority, and who it is',
        problems: ['PRACTITIONER_UNKNOWN'],
        params: practitionerIdParam,
        response: { 200: withExamples(ShownPractitioner, examples.active) },
      },
    },
    async (request, reply) => {
      const practitioner = shown(service.get(request.params.practitionerId));
      return reply.header('etag', contentTag(practitioner)).send(practitioner);
    },
  );

  app.delete(
    '/v1/practitioners/:practitionerId',
    {
      config: { ...requireRole('ops'), isLongWork: true },
      schema: {
        summary: 'Withdraw a practitioner',
        problems: ['PRACTITIONER_UNKNOWN', 'RESOURCE_CHANGED', 'LEDGER_REFUSED'],
        headers: Type.Object(IfMatch),
        params: practitionerIdParam,
        response: {
          200: withExamples(ShownPractitioner, examples.withdrawn),
          202: withExamples(
            PractitionerJob,
            exampleJob(WITHDRAWAL, { stage: 'withdrawing', done: 0, total: 2 }, examples.withdrawing),
          ),
        },
      },
    },
    async (request, reply) => {
      const { practitionerId } = request.params;
      assertUnchanged(request.headers['if-match'], shown(service.get(practitionerId)));
      await service.withdraw(practitionerId);
      const answer = await withdrawing.answer(request, reply, {
        reference: practitionerId,
        waitMs: answerWithinMs,
      });
      return sendAnswer(reply, answer, { status: 200 });
    },
  );
}
