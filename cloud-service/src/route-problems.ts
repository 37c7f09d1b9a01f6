import { ledgerAnswers } from '@careledger/ledger/service';
import type { ProblemCode } from './problems.js';

/** What routes of several nouns can answer with; a route's schema declares them as `problems`. */
type Codes = readonly ProblemCode[];

/** Routes that take a statement which somebody else has signed to the ledger. */
export const statementAnswers: Codes = [
  'STATEMENT_MALFORMED',
  'STATEMENT_TOO_LARGE',
  'ORGANISATION_MISMATCH',
  ...ledgerAnswers,
];
