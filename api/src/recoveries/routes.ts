import { PatientId } from '@careledger/domain';
import { ledgerAnswers } from '@careledger/ledger/service';
import {
  exampleJob,
  jobOf,
  requireRole,
  sendAnswer,
  withExamples,
  type LongWork,
  type ServiceApp,
} from '@careledger/service-kit';
import { Type } from 'typebox';
import * as examples from './examples.js';
import type { RecoveryService } from './recovery-service.js';
import { Recoveries, VouchBody, Vouched } from './schemas.js';
import { VOUCHING } from './vouching.js';

/** Each is two transactions. */
const VOUCHED_PER_MINUTE = 60;

export interface RecoveryRouteOptions {
  readonly service: Pick<RecoveryService, 'vouch' | 'list'>;
  readonly vouching: LongWork<Vouched, Vouched | null>;
  readonly answerWithinMs: number;
}

export function addRecoveryRoutes(
  app: ServiceApp,
  { service, vouching, answerWithinMs: waitMs }: RecoveryRouteOptions,
): void {
  app.post(
    '/v1/recoveries',
    {
      // By whoever runs the service, once the organisation has seen who the patient is.
      config: { ...requireRole('ops'), requestsPerMinute: VOUCHED_PER_MINUTE, isLongWork: true },
      schema: {
        summary:
          'Vouch for the new consent key of a patient whose key is lost or in another’s hands: open a recovery in the place of one ' +
          'that this authority opened before or, with `confirms`, confirm another’s. Send it under one `Idempotency-Key`: without ' +
          'it the same again opens a recovery anew, which has to be confirmed again',
        problems: [...ledgerAnswers, 'PATIENT_UNKNOWN'],
        body: withExamples(VouchBody, examples.opening, examples.confirming),
        response: {
          201: withExamples(Vouched, examples.vouched),
          202: withExamples(
            jobOf('RecoveryJob', Type.Union([Vouched, Type.Null()])),
            exampleJob(VOUCHING, { stage: 'relaying', done: 1, total: 2 }, null),
          ),
        },
      },
    },
    async (request, reply) => {
      const reference = service.vouch(request.body);
      const answer = await vouching.answer(request, reply, { reference, waitMs });
      return sendAnswer(reply, answer, { status: 201 });
    },
  );

  app.get(
    '/v1/recoveries',
    {
      config: requireRole('ops', 'auditor'),
      schema: {
        summary:
          'Recoveries of a patient’s consent key, by channel: of each organisation that has opened any, the last',
        problems: [...ledgerAnswers, 'PATIENT_UNKNOWN'],
        querystring: Type.Object({ patientId: PatientId }),
        response: { 200: withExamples(Recoveries, examples.recoveries) },
      },
    },
    async (request) => service.list(request.query.patientId),
  );
}
