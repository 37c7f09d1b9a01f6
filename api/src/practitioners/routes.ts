import { PractitionerId } from '@careledger/domain';
import { ledgerPageQuery } from '@careledger/ledger/service';
import { Next, pageOfRows, requireRole, fromCursor, type ServiceApp } from '@careledger/service-kit';
import { Type } from 'typebox';
import type { Outbox } from '../outbox/outbox.js';
import { problem } from '../problems.js';
import type { PractitionerService } from './practitioner-service.js';
import type { Practitioner } from './practitioner-store.js';
import { NewPractitionerBody, ShownPractitioner, shown } from './schemas.js';

const Place = Type.Object({ createdAt: Type.String(), practitionerId: PractitionerId });
const placeOf = ({ createdAt, practitionerId }: Practitioner) => ({ createdAt, practitionerId });
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
