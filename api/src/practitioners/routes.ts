import { PractitionerId } from '@careledger/domain';
import { ledgerPageQuery } from '@careledger/ledger/service';
import {
  Next,
  fromCursor,
  jobOf,
  pageOfRows,
  requireRole,
  type Jobs,
  type ServiceApp,
} from '@careledger/service-kit';
import { Type } from 'typebox';
import type { Outbox } from '../outbox/outbox.js';
import type { PractitionerService } from './practitioner-service.js';
import type { Practitioner } from './practitioner-store.js';
import { NewPractitionerBody, ShownPractitioner, shown } from './schemas.js';
import { vouchingWork } from './vouching-work.js';

const Place = Type.Object({ createdAt: Type.String(), practitionerId: PractitionerId });
const placeOf = ({ createdAt, practitionerId }: Practitioner) => ({ createdAt, practitionerId });
const PractitionerJob = jobOf(ShownPractitioner);
const practitionerIdParam = Type.Object({ practitionerId: PractitionerId });

export interface PractitionerRouteOptions {
  readonly service: PractitionerService;
  readonly outbox: Outbox;
  readonly jobs: Pick<Jobs, 'watch'>;
  readonly answerWithinMs: number;
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
        body: NewPractitionerBody,
        response: { 201: ShownPractitioner, 202: PractitionerJob },
      },
    },
    async (request, reply) => {
      const { practitionerId } = await service.register(request.body, request.idempotent);
      const answer = await registering.answer(request, reply, {
        reference: practitionerId,
        waitMs: answerWithinMs,
      });
      return answer.isDone ? reply.status(201).send(answer.result) : reply.status(202).send(answer.job);
    },
  );

  app.get(
    '/v1/practitioners',
    {
      config: requireRole('ops', 'auditor'),
      schema: {
        summary: 'Practitioners of this authority and who they are, by when they were registered',
        querystring: Type.Object(ledgerPageQuery),
        response: { 200: Type.Object({ practitioners: Type.Array(ShownPractitioner), next: Next }) },
      },
    },
    async (request) => {
      const { cursor, limit } = request.query;
      const after = cursor === undefined ? undefined : fromCursor(cursor, Place);
      const { rows, next } = pageOfRows(service.list(after, limit + 1), limit, placeOf);
      return { practitioners: rows.map(shown), next };
    },
  );

  app.delete(
    '/v1/practitioners/:practitionerId',
    {
      config: { ...requireRole('ops'), isLongWork: true },
      schema: {
        summary: 'Withdraw a practitioner',
        problems: ['PRACTITIONER_UNKNOWN', 'LEDGER_REFUSED'],
        params: practitionerIdParam,
        response: { 200: ShownPractitioner, 202: PractitionerJob },
      },
    },
    async (request, reply) => {
      const { practitionerId } = request.params;
      await service.withdraw(practitionerId);
      const answer = await withdrawing.answer(request, reply, {
        reference: practitionerId,
        waitMs: answerWithinMs,
      });
      return answer.isDone ? reply.status(200).send(answer.result) : reply.status(202).send(answer.job);
    },
  );
}
