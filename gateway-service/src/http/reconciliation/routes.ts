import {
  exampleJob,
  sendAnswer,
  withExamples,
  type LongWork,
  type ServiceApp,
} from '@careledger/service-kit';
import { byOps } from '../access.js';
import { WAIT_MS } from '../limits.js';
import { reconciled } from './examples.js';
import { RECONCILIATION, ReconciliationBody, ReconciliationJob, ReconciliationView } from './schemas.js';

export function addReconciliationRoutes(
  app: ServiceApp,
  work: LongWork<ReconciliationView, ReconciliationView | null>,
): void {
  app.post(
    '/v1/reconciliations',
    {
      config: { ...byOps, isLongWork: true },
      schema: {
        summary:
          'Compare grants, records, confirmations, wraps, copies, visits and attestations wherever they are, and mend what differs',
        description:
          'What is on its way differs by nature and is left out: compare again. While a channel or provider does not answer ' +
          'the job is tried again.',
        problems: ['PATIENT_NOT_FOUND', 'LEDGER_REFUSED'],
        body: withExamples(ReconciliationBody, { repair: true }),
        response: {
          200: withExamples(ReconciliationView, reconciled),
          202: withExamples(
            ReconciliationJob,
            exampleJob(RECONCILIATION, { stage: 'patients', done: 1, total: 2 }, null),
          ),
        },
      },
    },
    async (request, reply) => {
      const { patientId = null, repair = false } = request.body;
      const reference = JSON.stringify([patientId, repair]);
      const answer = await work.answer(request, reply, { reference, waitMs: WAIT_MS });
      return sendAnswer(reply, answer, { status: 200 });
    },
  );
}
