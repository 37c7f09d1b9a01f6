import { TxId } from '@careledger/domain';
import { EXAMPLE } from '@careledger/domain/examples';
import { AUTHORITY_ROUTES, RevocationRequest } from '@careledger/protocol';
import { revocationRequest } from '@careledger/protocol/examples';
import { assertPatient, requireRole, withExamples, type ServiceApp } from '@careledger/service-kit';
import { Type } from 'typebox';
import { statementAnswers } from '../http/route-problems.js';
import type { RevocationService } from './revocation-service.js';

/** Each relayed revocation is a transaction or two, also one that comes again. */
const REVOCATIONS_PER_MINUTE = 60;

const Relayed = Type.Object({ authorities: Type.Optional(TxId), cloud: Type.Optional(TxId) });

export function addRevocationRoutes(app: ServiceApp, service: RevocationService): void {
  app.post(
    AUTHORITY_ROUTES.revocations,
    {
      // Whoever the patient can reach: the patient's signature is what counts.
      config: {
        ...requireRole('patient', 'system', 'practitioner', 'ops'),
        requestsPerMinute: REVOCATIONS_PER_MINUTE,
      },
      schema: {
        summary:
          'Relay a patient’s revocation, revocation of everything, or veto to the channels that it names',
        problems: [...statementAnswers, 'GRANT_UNKNOWN'],
        body: withExamples(RevocationRequest, revocationRequest),
        response: { 201: withExamples(Relayed, { authorities: EXAMPLE.laterTxId, cloud: EXAMPLE.txId }) },
      },
    },
    async (request, reply) => {
      const { statement } = request.body;
      assertPatient(request, service.issuerOf(statement));
      return reply.status(201).send(await service.relay(statement));
    },
  );
}
