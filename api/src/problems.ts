import { EXAMPLE } from '@careledger/domain/examples';
import { ledgerProblems } from '@careledger/ledger/service';
import {
  ProblemError,
  defineProblems,
  idempotencyProblems,
  recordProblems,
  revisionProblems,
  statementProblems,
  type ProblemErrorOptions,
} from '@careledger/service-kit';
import { FhirIssues } from './http/fhir-issues.js';

/** Codes of this service besides the common ones. Where the chaincode refused, `reason` has its code. */
export const problems = defineProblems({
  ...statementProblems,
  ...recordProblems,
  ...ledgerProblems,
  // statements that gateways send
  STATEMENT_TYPE_MISMATCH: { status: 422, title: 'The statement is of another kind' },
  STATEMENT_AUDIENCE_MISMATCH: { status: 422, title: 'The statement was made for another network' },
  STATEMENT_CHANNEL_MISMATCH: { status: 422, title: 'The statement was made for another channel' },
  STATEMENT_ISSUER_MISMATCH: { status: 403, title: 'The issuer may not say this' },
  STATEMENT_KEY_UNKNOWN: {
    status: 403,
    title: 'The key is not registered for the issuer, or was rotated away',
  },
  STATEMENT_SIGNATURE_INVALID: { status: 403, title: 'The signature does not verify' },
  STATEMENT_EXPIRED: { status: 422, title: 'The statement is too old' },
  STATEMENT_FROM_FUTURE: { status: 422, title: 'The statement’s time lies in the future' },
  STATEMENT_ID_REUSED: { status: 409, title: 'The statement id was used for other content' },
  NOT_ADDRESSED: { status: 403, title: 'The notice is for another authority' },
  NOT_SUBSCRIBED: { status: 403, title: 'This authority has no grant of the patient that gives notices' },
  NOTICE_REFUSED: {
    status: 422,
    title: 'The notice is not the record that it says it is, or not for this authority; `reason` says why',
  },
  NOTICE_UNKNOWN: { status: 404, title: 'No such direct notice came to this authority' },
  // FHIR
  FHIR_INVALID: {
    status: 422,
    title: 'Not what a record may say; `reason` says why',
    members: { issues: FhirIssues },
  },
  // reading
  READ_REFUSED: { status: 403, title: 'This may not be shown to whoever asks; `reason` says why' },
  COPY_STALE: {
    status: 503,
    title:
      'What patients allow was not heard of for too long: nothing of a copy is shown; try again in `retryAfterS` seconds',
  },
  PERMIT_NOT_COMMITTED: {
    status: 502,
    title: 'The provider served without a committed permit; nothing is shown',
  },
  RECORD_ALTERED: {
    status: 502,
    title: 'The record is not the one that its author signed; nothing is shown',
  },
  SCOPE_UNKNOWN: {
    status: 422,
    title: 'No grant of the patient says what records of this category or kind are known by',
  },
  RECORD_NOT_WRAPPED: {
    status: 409,
    title: 'The patient’s gateway has not wrapped this record to this authority yet; ask again later',
  },
  // writing
  WRITE_NOT_GRANTED: { status: 403, title: 'No grant of the patient lets this authority write this' },
  AUTHOR_MISMATCH: {
    status: 403,
    title: 'Patients and authorities do not revise each other’s records',
  },
  TOO_MANY_TAGS: { status: 422, title: 'More tags than a record or a request may have: none is left out' },
  WRITE_PENDING: { status: 409, title: 'An earlier version is still on its way' },
  ...idempotencyProblems,
  ...revisionProblems,
  VERSION_CHANGED: {
    status: 412,
    title: 'The newest version is another one than If-Match names: `version`',
    members: { version: { type: 'integer', description: 'The newest version', examples: [3] } },
  },
  // people
  PRACTITIONER_UNKNOWN: { status: 422, title: 'No such practitioner is active within this authority' },
  PERSON_UNKNOWN: {
    status: 403,
    title: 'Whoever signed in is no practitioner of this authority; `reason` says why',
  },
  PERSON_REGISTERING: {
    status: 503,
    title: 'Whoever signed in is being registered on the ledger: try again in `retryAfterS` seconds',
  },
  UNIT_MISMATCH: { status: 403, title: 'The token is bound to another unit' },
  // patients
  NUMBERS_REFUSED: {
    status: 422,
    title: 'A number comes twice, or is a name that the ledger has',
  },
  NUMBER_TAKEN: {
    status: 409,
    title: 'Another patient of this authority has this number: `heldBy`',
    members: {
      heldBy: { type: 'string', description: 'The patient who has it', examples: [EXAMPLE.patientId] },
    },
  },
  // the rest
  SUBSCRIPTION_UNKNOWN: { status: 404, title: 'This authority has no such subscription' },
  VISIT_UNKNOWN: { status: 404, title: 'This authority recorded no such visit' },
});
export type ProblemCode = keyof typeof problems;

/** A refusal of this service. */
export const problem = (code: ProblemCode, detail: string, options: ProblemErrorOptions = {}) =>
  new ProblemError<ProblemCode>(code, detail, options);
