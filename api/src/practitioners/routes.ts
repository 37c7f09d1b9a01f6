import { PractitionerId } from '@careledger/domain';
import { requireRole, type ServiceApp } from '@careledger/service-kit';
import { Type } from 'typebox';
import { Cursor, Paging } from '../http/schemas.js';
import type { Outbox } from '../outbox/outbox.js';
import { problem } from '../problems.js';
import type { PractitionerService } from './practitioner-service.js';
import type { Practitioner } from './practitioner-store.js';
import { NewPractitionerBody, ShownPractitioner, shown } from './schemas.js';

const practitionerIdParam = Type.Object({ practitionerId: PractitionerId });

export interface PractitionerRouteOptions {
  readonly service: PractitionerService;
  readonly outbox: Outbox;
  readonly answerWithinMs: number;
}

export function addPractitionerRoutes(
  app: ServiceApp,
  { service, outbox, answerWithinMs }: PractitionerRouteOptions,
): void {
  app.post(
    '/v1/practitioners',
    {
      config: requireRole('ops'),
      schema: {
        summary: 'Register a practitioner under a fresh pseudonym and key; who it is stays here',
        problems: ['LEDGER_REFUSED'],
        body: NewPractitionerBody,
        response: { 201: ShownPractitioner, 202: ShownPractitioner },
      },
    },
    async (request, reply) => {
      const { practitionerId } = await service.register(request.body, request.idempotent);
      const practitioner = await settled(practitionerId);
      return reply.status(practitioner.stage === 'active' ? 201 : 202).send(shown(practitioner));
    },
  );

  app.get(
    '/v1/practitioners',
    {
      config: requireRole('ops', 'auditor'),
      schema: {
        summary: 'Practitioners of this authority and who they are, by when they were registered',
        querystring: Type.Object({ cursor: Type.Optional(PractitionerId), limit: Paging.limit }),
        response: { 200: Type.Object({ practitioners: Type.Array(ShownPractitioner), cursor: Cursor }) },
      },
    },
    async (request) => {
      const { cursor, limit } = request.query;
      const practitioners = service.list(cursor, limit);
      const last = practitioners.length === limit ? practitioners.at(-1) : undefined;
      return { practitioners: practitioners.map(shown), cursor: last?.practitionerId ?? null };
    },
  );

  app.delete(
    '/v1/practitioners/:practitionerId',
    {
      config: requireRole('ops'),
      schema: {
        summary: 'Withdraw a practitioner',
        problems: ['PRACTITIONER_UNKNOWN', 'LEDGER_REFUSED'],
        params: practitionerIdParam,
        response: { 200: ShownPractitioner, 202: ShownPractitioner },
      },
    },
    async (request, reply) => {
      const { practitionerId } = request.params;
      await service.withdraw(practitionerId);
      const practitioner = await settled(practitionerId);
      return reply.status(practitioner.stage === 'withdrawn' ? 200 : 202).send(shown(practitioner));
    },
  );

  async function settled(practitionerId: string): Promise<Practitioner> {
    await outbox.finished('practitioner', practitionerId, answerWithinMs);
    const practitioner = service.get(practitionerId);
    if (practitioner.stage === 'refused')
      throw problem('LEDGER_REFUSED', `The ledger refused the practitioner: ${practitioner.refusal}`, {
        members: { reason: practitioner.refusal, practitionerId },
      });
    return practitioner;
  }
}
