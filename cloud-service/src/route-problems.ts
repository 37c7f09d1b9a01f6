import type { ProblemCode } from './problems.js';

/** What routes of several nouns can answer with; a route's schema declares them as `problems`. */
type Codes = readonly ProblemCode[];

/** Routes that take a statement which somebody else has signed to the ledger. */
export const statementProblems: Codes = [
  'STATEMENT_MALFORMED',
  'STATEMENT_TOO_LARGE',
  'ORGANISATION_MISMATCH',
  'LEDGER_REFUSED',
  'LEDGER_UNAVAILABLE',
];

/** Routes that read or write what is held. */
export const heldProblems: Codes = ['RECORD_UNKNOWN', 'BLOB_MISSING', 'BLOB_DAMAGED'];
