/**
 * What patients and auditors ask of the ledger: who could read, who read, why somebody was denied, and who has yet to
 * attest a deletion.
 */
export * as answerExamples from './examples.js';
export {
  AttemptsFilter,
  DecisionsPage,
  DecisionsQuery,
  ReadersPage,
  ReadersQuery,
  WrapHoldersPage,
} from './schemas.js';
export { whoCouldRead } from './who-could-read.js';
export { everyWrapHolder, whoOwesDeletions } from './who-owes-deletions.js';
export { whyDecided } from './why-decided.js';
