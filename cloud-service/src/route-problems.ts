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

/** Routes that read or write what is held. */
export const heldProblems: Codes = ['RECORD_UNKNOWN', 'BLOB_MISSING', 'BLOB_DAMAGED'];

/** Routes that release a record under a permit. */
export const permitProblems: Codes = [
  'PERMIT_INVALID',
  'PERMIT_EXPIRED',
  'PERMIT_USED',
  'POLICY_CHANGED',
  'WRAPS_OUTDATED',
];
