import { RegisterPractitionerBody } from '@careledger/contracts';
import { PractitionerId, closedObject } from '@careledger/domain';
import { requireRole, type ServiceApp } from '@careledger/service-kit';
import { Type } from 'typebox';
import type { Outbox } from '../outbox/outbox.js';
import { problem } from '../problem.js';
import type { PractitionerService } from '../practitioners/practitioner-service.js';
import { PRACTITIONER_STAGES, type Practitioner } from '../practitioners/practitioner-store.js';
import { Cursor, IdempotencyHeaders, Name, Paging, keyedRequestOf } from './schemas.js';

const IDENTITY_MAX_CHARS = 256;
const Text = Type.String({ minLength: 1, maxLength: IDENTITY_MAX_CHARS });
const { role } = RegisterPractitionerBody.properties;
const IdentityBody = closedObject({ identifier: Text, name: Type.Optional(Text) });
const Shown = Type.Object({
  practitionerId: PractitionerId,
  role,
  unit: Type.Union([Type.String(), Type.Null()]),
  identity: IdentityBody,
  stage: Type.Enum([...PRACTITIONER_STAGES]),
  txIds: Type.Record(Type.String(), Type.String()),
  reason: Type.Union([Type.String(), Type.Null()]),
});
const practitionerIdParam = Type.Object({ practitionerId: PractitionerId });

export function addPractitionerRoutes(
  app: ServiceApp,
  service: PractitionerService,
  outbox: Outbox,
  answerWithinMs: number,
): void {
  app.post(
    '/v1/practitioners',
    {
      config: requireRole('ops'),
      schema: {
        summary: 'Register a practitioner under a fresh pseudonym and key; who it is stays here',
        headers: IdempotencyHeaders,
        body: closedObject({ role, unit: Type.Optional(Name), identity: IdentityBody }),
        response: { 201: Shown, 202: Shown },
      },
    },
    async (request, reply) => {
      const { practitionerId } = await service.register(request.body, keyedRequestOf(request));
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
        response: { 200: Type.Object({ practitioners: Type.Array(Shown), cursor: Cursor }) },
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
        params: practitionerIdParam,
        response: { 200: Shown, 202: Shown },
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

function shown({ practitionerId, role, unit, identity, stage, txIds, refusal }: Practitioner) {
  return { practitionerId, role, unit, identity, stage, txIds: { ...txIds }, reason: refusal };
}
