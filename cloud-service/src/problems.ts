import { ledgerProblems } from '@careledger/ledger/service';
import {
  defineProblems,
  idempotencyProblems,
  recordProblems,
  statementProblems,
} from '@careledger/service-kit';

/** Codes of this service besides those of the chaincode, which it passes on under their own names. */
export const problems = defineProblems({
  ...statementProblems,
  ...recordProblems,
  ...idempotencyProblems,
  ...ledgerProblems,
  MANIFEST_MALFORMED: { status: 422, title: 'The manifest cannot be read' },
  WRAP_SET_MALFORMED: { status: 422, title: 'The wrap set cannot be read' },
  BASE64URL_INVALID: { status: 422, title: 'The ciphertext is not strict base64url' },
  VERSION_MISMATCH: {
    status: 422,
    title: 'Path, statement, manifest, wraps and ciphertext are not of one version',
  },
  ORGANISATION_MISMATCH: {
    status: 403,
    title: 'The token speaks for another organisation than the one whose word it brings',
  },
  PROVIDER_MISMATCH: { status: 409, title: 'The statement names another provider' },
  RECORD_EXISTS: { status: 409, title: 'This version is stored already, with other content: `manifestHash`' },
  MANIFEST_REFUSED: { status: 422, title: 'The manifest is not signed by its author; `reason` says why' },
  PERMIT_INVALID: { status: 403, title: 'There is no committed permit for this release' },
  PERMIT_EXPIRED: { status: 403, title: 'The permit is too old; make a new request' },
  POLICY_CHANGED: {
    status: 403,
    title: 'The patient changed the policy since the permit; make a new request',
  },
  PERMIT_USED: { status: 409, title: 'The permit was used; make a new request' },
  WRAPS_REFUSED: { status: 422, title: 'The wrap set is not what it must be; `reason` says why' },
  WRAPS_SEQ_MISMATCH: {
    status: 409,
    title: 'The set does not follow the one that is held, whose number is `seq`',
  },
  WRAPS_MISMATCH: {
    status: 409,
    title: 'The set has wraps that must go (`drop`), or lacks some that must stay (`keep`)',
  },
  WRAPS_OUTDATED: { status: 409, title: 'The version is of a former format, kept but not released' },
  RECEIPT_REFUSED: { status: 422, title: 'The receipt does not match a release' },
  BLOB_MISSING: { status: 500, title: 'The ciphertext is not in the blob store' },
  BLOB_DAMAGED: { status: 500, title: 'The ciphertext in the blob store is damaged' },
});
export type ProblemCode = keyof typeof problems;
