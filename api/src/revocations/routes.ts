import { EXAMPLE } from '@careledger/domain/examples';
import { AUTHORITY_ROUTES, RevocationRequest } from '@careledger/protocol';
import { revocationRequest } from '@careledger/protocol/examples';
import {
  assertPatient,
  exampleJob,
  jobOf,
  requireRole,
  sendAnswer,
  withExamples,
  type LongWork,
  type ServiceApp,
} from '@careledger/service-kit';
import { Type } from 'typebox';
import { statementAnswers } from '../http/route-problems.js';
import { RELAYING } from './relaying.js';
import type { RevocationService } from './revocation-service.js';
import { RelayedRevocation } from './schemas.js';

/** Each relayed revocation is a transaction or two. */
const REVOCATIONS_PER_MINUTE = 60;

export interface RevocationRouteOptions {
  readonly service: Pick<RevocationService, 'check' | 'issuerOf'>;
  readonly relaying: LongWork<RelayedRevocation, RelayedRevocation | null>;
  readonly answerWithinMs: number;
}

export function addRevocationRoutes(
  app: ServiceApp,
  { service, relaying, answerWithinMs: waitMs }: RevocationRouteOptions,
): void {
  app.post(
    AUTHORITY_ROUTES.revocations,
    {
      // Whoever the patient can reach: the patient's signature is what counts.
      config: {
        ...requireRole('patient', 'system', 'practitioner', 'ops'),
        requestsPerMinute: REVOCATIONS_PER_MINUTE,
        isLongWork: true,
      },
      schema: {
        summary:
          'Relay a patient’s revocation, revocation of everything, veto, rotation of the consent key, objection to a recovery, or ' +
          'takeover by a recovered key to the channels that it names; one that they have is answered with `already`',
        problems: [...statementAnswers, 'GRANT_UNKNOWN', 'SUBSCRIPTION_UNKNOWN'],
        body: withExamples(RevocationRequest, revocationRequest),
        response: {
          201: withExamples(RelayedRevocation, relayed, { ...relayed, already: true }),
          202: withExamples(
            jobOf('RevocationJob', Type.Union([RelayedRevocation, Type.Null()])),
            exampleJob(RELAYING, { stage: 'relaying', done: 1, total: 2 }, null),
          ),
        },
      },
    },
    async (request, reply) => {
      const { statement } = request.body;
      assertPatient(request, service.issuerOf(statement));
      await service.check(statement);
      const answer = await relaying.answer(request, reply, { reference: statement, waitMs });
      return sendAnswer(reply, answer, { status: 201 });
    },
  );
}

const relayed = { authorities: EXAMPLE.laterTxId, cloud: EXAMPLE.txId };
