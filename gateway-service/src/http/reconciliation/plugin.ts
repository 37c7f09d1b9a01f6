import { problemOfLedger } from '@careledger/ledger/service';
import type { Jobs, ServiceApp } from '@careledger/service-kit';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import type { Reconciliation } from '../../reconcile/index.js';
import { addReconciliationRoutes } from './routes.js';
import { LISTED_MAX, RECONCILIATION } from './schemas.js';

/** What a job is about. */
const Reference = Type.Tuple([Type.Union([Type.String(), Type.Null()]), Type.Boolean()]);

export interface ReconciliationOptions {
  readonly reconciliation: Pick<Reconciliation, 'run'>;
  readonly jobs: Pick<Jobs, 'perform'>;
}

/** Compares what this gateway, the channels and the providers have, and mends it. */
export async function reconciliationPlugin(
  app: ServiceApp,
  { reconciliation, jobs }: ReconciliationOptions,
): Promise<void> {
  const work = jobs.perform(RECONCILIATION, async (reference, { report, signal }) => {
    const [patientId, isRepairing] = Value.Parse(Reference, JSON.parse(reference));
    try {
      const { differences, ...counts } = await reconciliation.run(
        { patientId, isRepairing },
        signal,
        (done, total) => report({ stage: 'patients', done, total }),
      );
      return { ...counts, total: differences.length, differences: differences.slice(0, LISTED_MAX) };
    } catch (error) {
      throw problemOfLedger(error);
    }
  });
  addReconciliationRoutes(app, work);
}
