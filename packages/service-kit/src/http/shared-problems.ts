import { defineProblems } from './problems.js';

/** Codes that several services have, each with one meaning. A service spreads those that it can answer with. */

/** A signed statement in a request. */
export const statementProblems = defineProblems({
  STATEMENT_MALFORMED: { status: 422, title: 'The statement cannot be read' },
  STATEMENT_TOO_LARGE: { status: 413, title: 'The statement is larger than the limit' },
});

/** Asking for a record, and storing one; where the chaincode refused, `reason` has its code. */
export const recordProblems = defineProblems({
  RECORD_REFUSED: { status: 422, title: 'The ledger refused to store the record; `reason` says why' },
  ACCESS_DENIED: { status: 403, title: 'The ledger denied the access; the denial is written down' },
  ACCESS_REFUSED: { status: 422, title: 'The ledger could not decide on the request; `reason` says why' },
  VISIT_REFUSED: { status: 422, title: 'The ledger refused the visit; `reason` says why' },
  PROVIDER_UNREACHABLE: { status: 502, title: 'No provider that has the record can be reached' },
});

/** Changing what may have changed since it was read. */
export const revisionProblems = defineProblems({
  RESOURCE_CHANGED: { status: 412, title: 'It is not as If-Match says any more: read it again' },
});

/** A key under which a caller may repeat a request. */
export const idempotencyProblems = defineProblems({
  IDEMPOTENCY_KEY_REUSED: { status: 422, title: 'The idempotency key was used for another request' },
  IDEMPOTENCY_KEY_IN_USE: {
    status: 409,
    title:
      'The first request under this idempotency key is not answered yet: try again in `retryAfterS` seconds',
  },
});
