/** What patients and auditors ask of the ledger: who could read, who read, and why somebody was denied. */
export * as answerExamples from './examples.js';
export { AttemptsFilter, DecisionsPage, DecisionsQuery, ReadersPage, ReadersQuery } from './schemas.js';
export { whoCouldRead } from './who-could-read.js';
export { whyDecided } from './why-decided.js';
