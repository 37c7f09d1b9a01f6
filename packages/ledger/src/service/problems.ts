import type { ContractCode } from '@careledger/contracts';
import { ProblemError, defineProblems } from '@careledger/service-kit';
import { LedgerError, type LedgerErrorCode } from '../error.js';

/** What a ledger call can end with for an HTTP caller: a service that makes such calls spreads all of them. */
export const ledgerProblems = defineProblems({
  LEDGER_REFUSED: { status: 422, title: 'The ledger refused; `reason` says why' },
  LEDGER_UNAVAILABLE: { status: 503, title: 'The ledger does not answer; try again later' },
  TRANSACTION_UNKNOWN: { status: 404, title: 'This organisation’s peer has no such transaction' },
  PATIENT_UNKNOWN: { status: 404, title: 'No such patient is registered' },
  AUTHORITY_UNKNOWN: { status: 404, title: 'No such authority is registered' },
  PROVIDER_UNKNOWN: { status: 404, title: 'No such provider is registered' },
  PRACTITIONER_UNKNOWN: { status: 404, title: 'No such practitioner is registered' },
  GRANT_UNKNOWN: { status: 404, title: 'The patient has no such grant' },
  SUBSCRIPTION_UNKNOWN: { status: 404, title: 'There is no such subscription' },
  RECORD_UNKNOWN: { status: 404, title: 'There is no such record' },
  VISIT_UNKNOWN: { status: 404, title: 'There is no such visit' },
});
export type LedgerProblemCode = keyof typeof ledgerProblems;

/** What every route that asks the ledger can answer with; those that ask for an object have its own code besides. */
export const ledgerAnswers: readonly LedgerProblemCode[] = ['LEDGER_REFUSED', 'LEDGER_UNAVAILABLE'];

/**
 * Said instead of what the peers said, which names their addresses: whoever runs the service finds that in the log, by
 * the cause.
 */
const DETAILS: Readonly<Record<Exclude<LedgerErrorCode, 'CHAINCODE_REFUSED'>, string>> = {
  ENDORSEMENT_FAILED: 'too few organisations endorsed the same result',
  UNAVAILABLE: 'no peer can be reached',
  TIMEOUT: 'the peers took too long',
  PERMISSION_DENIED: 'the peers do not let this service in',
  ORDERER_REFUSED: 'the orderers did not take the transaction',
  BAD_REQUEST: 'the peer cannot read what this service asks',
  ABORTED: 'the call was ended early',
  CLOSED: 'the service is stopping',
  MVCC_CONFLICT: 'the transaction was overtaken by others',
  INVALIDATED: 'the transaction is in a block, and void',
  COMMIT_UNKNOWN: 'the transaction is on its way, and nobody knows its outcome yet',
  BAD_RESPONSE: 'the answer is not what the chaincode’s definition says',
  CONFIGURATION: 'the connection cannot be made as configured',
  TRANSACTION_UNKNOWN: 'check channel and id; if it was committed just now, ask again',
};

/**
 * What a failed ledger call means to the HTTP caller. The chaincode's own refusal: `refusedAs`, or else the unknown
 * object's own problem, or else LEDGER_REFUSED; with its code as `reason`. A transaction that is not there:
 * TRANSACTION_UNKNOWN. Anything else: LEDGER_UNAVAILABLE. The detail names no address. Errors of other kinds come back as
 * they are.
 * @param refusedAs a code of the calling service's catalogue
 */
export function problemOfLedger<Code extends string>(error: unknown, refusedAs?: Code): unknown {
  if (!(error instanceof LedgerError)) return error;
  const { code, transactionId, chaincodeCode, chaincodeDetails: details } = error;
  const members = { ...(transactionId !== undefined && { txId: transactionId }) };
  if (code === 'CHAINCODE_REFUSED')
    return new ProblemError<Code | LedgerProblemCode>(
      refusedAs ?? unknownObject(chaincodeCode) ?? 'LEDGER_REFUSED',
      error.message,
      { cause: error, members: { ...members, reason: chaincodeCode ?? null, details } },
    );
  return new ProblemError<LedgerProblemCode>(
    code === 'TRANSACTION_UNKNOWN' ? code : 'LEDGER_UNAVAILABLE',
    `${code}: ${DETAILS[code]}`,
    { cause: error, members },
  );
}

/** Runs a ledger call; its failure becomes a problem, as {@link problemOfLedger} says. */
export async function onLedger<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw problemOfLedger(error);
  }
}

/** Chaincode's codes for what is not there have a problem of the same name. */
function unknownObject(code: ContractCode | undefined): LedgerProblemCode | undefined {
  return code !== undefined && Object.hasOwn(ledgerProblems, code) ? (code as LedgerProblemCode) : undefined;
}
