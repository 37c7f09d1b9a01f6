import { TxId } from '@careledger/domain';
import { AUTHORITY_ROUTES, RevocationRequest } from '@careledger/protocol';
import { assertPatient, principalOf, requireRole, type ServiceApp } from '@careledger/service-kit';
import { Type } from 'typebox';
import { statementAnswers } from '../http/route-problems.js';
import { RateLimit } from './rate-limit.js';
import type { RevocationService } from './revocation-service.js';

/** Each relayed revocation is a transaction or two, also one that comes again. */
const REVOCATIONS_BURST = 60;
const REVOCATION_INTERVAL_MS = 1_000;

const Relayed = Type.Object({ authorities: Type.Optional(TxId), cloud: Type.Optional(TxId) });

export function addRevocationRoutes(app: ServiceApp, service: RevocationService): void {
  const limit = new RateLimit({ burst: REVOCATIONS_BURST, intervalMs: REVOCATION_INTERVAL_MS });

  app.post(
    AUTHORITY_ROUTES.revocations,
    {
      // Whoever the patient can reach: the patient's signature is what counts.
      config: requireRole('patient', 'system', 'practitioner', 'ops'),
      schema: {
        summary:
          'Relay a patient’s revocation, revocation of everything, or veto to the channels that it names',
        problems: [...statementAnswers, 'TOO_MANY_REQUESTS', 'GRANT_UNKNOWN'],
        body: RevocationRequest,
        response: { 201: Relayed },
      },
    },
    async (request, reply) => {
      const { statement } = request.body;
      assertPatient(request, service.issuerOf(statement));
      limit.take(principalOf(request).tokenSha256);
      return reply.status(201).send(await service.relay(statement));
    },
  );
}
