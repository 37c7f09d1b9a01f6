import { exampleJob, jobOf, withExamples } from '@careledger/service-kit';
import { byPatient, byPatientOrDelegate } from '../access.js';
import { done, open } from './examples.js';
import { DECISION, DecisionView } from './schemas.js';

/** What a route that takes a decision answers. */
export const decisionResponses = {
  200: withExamples(DecisionView, done),
  202: withExamples(
    jobOf('DecisionJob', DecisionView),
    exampleJob(DECISION, { stage: 'authorities', done: 1, total: 3 }, open),
  ),
};
/** Only the patient decides; the ledgers may take longer than the request. */
export const decided = { ...byPatient, isLongWork: true } as const;
/** A delegate as well, by what it has signed itself: `delegates/guard.ts`. */
export const decidedOrDelegated = { ...byPatientOrDelegate, isLongWork: true } as const;
