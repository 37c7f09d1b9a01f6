import type { JobWords, Jobs, LongWork } from '@careledger/service-kit';
import type { Static } from 'typebox';
import type { Outbox } from '../outbox/outbox.js';
import { problem } from '../problems.js';
import { shown, type Visit } from './schemas.js';
import { VISIT_STAGES, type VisitStage, type VisitStore } from './visit-store.js';

export const VISITING: JobWords<VisitStage> = { kind: 'visit', stages: VISIT_STAGES };
/** Those before a visit is done: recorded, related. */
const STEPS = VISIT_STAGES.indexOf('related');

export interface VisitingOptions {
  readonly jobs: Pick<Jobs, 'watch'>;
  readonly outbox: Pick<Outbox, 'finished' | 'lastError'>;
  readonly visits: Pick<VisitStore, 'find'>;
}

/** Visits on their way to the ledgers, by id. */
export function visitingOf({ jobs, outbox, visits }: VisitingOptions): LongWork<Static<typeof Visit>> {
  return jobs.watch(VISITING, async (visitId, { waitMs }) => {
    await outbox.finished('visit', visitId, waitMs);
    const visit = visits.find(visitId);
    if (visit === undefined) throw problem('VISIT_UNKNOWN', 'This authority recorded no such visit');
    const { refusal, stage } = visit;
    if (stage === 'refused')
      throw problem('VISIT_REFUSED', `The ledger refused the visit: ${refusal}`, {
        members: { reason: refusal, visitId },
      });
    return {
      ...{ isDone: stage === 'related', stage, done: VISIT_STAGES.indexOf(stage), total: STEPS },
      lastError: outbox.lastError('visit', visitId),
      ...{ result: shown(visit), resultUrl: visitPath(visitId) },
    };
  });
}

export const visitPath = (visitId: string): string => `/v1/visits/${visitId}`;
