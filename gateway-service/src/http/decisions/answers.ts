import { exampleJob, jobOf, withExamples } from '@careledger/service-kit';
import { byPatient } from '../access.js';
import { done, open } from './examples.js';
import { DecisionView } from './schemas.js';

/** What a route that takes a decision answers. */
export const decisionResponses = {
  200: withExamples(DecisionView, done),
  202: withExamples(jobOf(DecisionView), exampleJob({ kind: 'decision', stage: open.status }, open)),
};
/** Only the patient decides; the ledgers may take longer than the request. */
export const decided = { ...byPatient, isLongWork: true } as const;
