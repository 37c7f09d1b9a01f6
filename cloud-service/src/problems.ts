import { defineProblems } from '@careledger/service-kit';

/** Codes of this service besides those of the chaincode, which it passes on under their own names. */
export const problems = defineProblems({
  STATEMENT_MALFORMED: { status: 400, title: 'The statement cannot be read' },
  STATEMENT_TOO_LARGE: { status: 413, title: 'The statement is larger than the limit' },
  MANIFEST_MALFORMED: { status: 400, title: 'The manifest cannot be read' },
  WRAP_SET_MALFORMED: { status: 400, title: 'The wrap set cannot be read' },
  BASE64URL_INVALID: { status: 400, title: 'The ciphertext is not strict base64url' },
  VERSION_MISMATCH: {
    status: 400,
    title: 'Path, statement, manifest, wraps and ciphertext are not of one version',
  },
  PROVIDER_MISMATCH: { status: 409, title: 'The statement names another provider' },
  RECORD_EXISTS: { status: 409, title: 'This version is stored already, with other content' },
  RECORD_REFUSED: { status: 422, title: 'The ledger refused to store the record; `reason` says why' },
  RECORD_UNKNOWN: { status: 404, title: 'There is no such record' },
  ACCESS_DENIED: { status: 403, title: 'The ledger denied the access; the denial is written down' },
  ACCESS_REFUSED: { status: 422, title: 'The ledger could not decide on the request; `reason` says why' },
  PERMIT_INVALID: { status: 403, title: 'There is no committed permit for this release' },
  PERMIT_EXPIRED: { status: 403, title: 'The permit is too old; make a new request' },
  PERMIT_USED: { status: 409, title: 'The permit was used; make a new request' },
  WRAPS_REFUSED: { status: 422, title: 'The wrap set is not signed by whom it must be, or not newer' },
  VISIT_REFUSED: { status: 422, title: 'The ledger refused the visit; `reason` says why' },
  RECEIPT_REFUSED: { status: 422, title: 'The receipt does not match a release' },
  PROVIDER_UNREACHABLE: { status: 502, title: 'The provider that holds the record cannot be reached' },
  LEDGER_UNAVAILABLE: { status: 503, title: 'The ledger does not answer; try again later' },
  BLOB_MISSING: { status: 500, title: 'The ciphertext is not in the blob store' },
  BLOB_DAMAGED: { status: 500, title: 'The ciphertext in the blob store is damaged' },
});
export type ProblemCode = keyof typeof problems;
