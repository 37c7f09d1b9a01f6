import { ledgerAnswers } from '@careledger/ledger/service';
import type { ProblemCode } from '../problems.js';

/** What routes of several nouns can answer with; a route's schema declares them as `problems`. */
type Codes = readonly ProblemCode[];

/** Routes that ask who within the authority acts. */
export const vouchingProblems: Codes = ['PRACTITIONER_UNKNOWN', 'UNIT_MISMATCH', 'READ_REFUSED'];

/** Routes that open records of others. */
export const readingProblems: Codes = [
  ...vouchingProblems,
  'ACCESS_DENIED',
  'ACCESS_REFUSED',
  'RECORD_UNKNOWN',
  'PATIENT_UNKNOWN',
  'RECORD_NOT_WRAPPED',
  'RECORD_ALTERED',
  'PERMIT_NOT_COMMITTED',
  'PROVIDER_UNREACHABLE',
  'TOO_MANY_TAGS',
  ...ledgerAnswers,
];

/** Routes that write records. */
export const writingProblems: Codes = [
  ...vouchingProblems,
  'WRITE_NOT_GRANTED',
  'AUTHOR_MISMATCH',
  'WRITE_PENDING',
  'TOO_MANY_TAGS',
  'FHIR_INVALID',
  'PATIENT_UNKNOWN',
  'RECORD_UNKNOWN',
  'RECORD_REFUSED',
  'PROVIDER_UNREACHABLE',
  ...ledgerAnswers,
];

/** Routes that take a statement which somebody else has signed. */
export const statementAnswers: Codes = [
  'STATEMENT_MALFORMED',
  'STATEMENT_TOO_LARGE',
  'STATEMENT_TYPE_MISMATCH',
  'STATEMENT_AUDIENCE_MISMATCH',
  'STATEMENT_CHANNEL_MISMATCH',
  'STATEMENT_ISSUER_MISMATCH',
  'STATEMENT_KEY_UNKNOWN',
  'STATEMENT_SIGNATURE_INVALID',
  'PATIENT_UNKNOWN',
  ...ledgerAnswers,
];
