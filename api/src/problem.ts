import { LedgerError } from '@careledger/ledger';
import { ProblemError, type ProblemErrorOptions } from '@careledger/service-kit';
import type { ProblemCode } from './problems.js';

/** A refusal of this service. */
export const problem = (code: ProblemCode, detail: string, options: ProblemErrorOptions = {}) =>
  new ProblemError<ProblemCode>(code, detail, options);

/** Chaincode codes that are problems of the same name here. */
const SAME_NAME: ReadonlySet<string> = new Set<ProblemCode>([
  'PATIENT_UNKNOWN',
  'RECORD_UNKNOWN',
  'PRACTITIONER_UNKNOWN',
  'SUBSCRIPTION_UNKNOWN',
]);

/**
 * What a failed ledger call means to the HTTP caller: the chaincode's own refusal under `refusedAs` (or its own name)
 * with its code as `reason`, anything else as the ledger being away. Errors of other kinds come back as they are.
 */
export function problemOfLedger(error: unknown, refusedAs: ProblemCode = 'LEDGER_REFUSED'): unknown {
  if (!(error instanceof LedgerError)) return error;
  const members = { ...(error.transactionId !== undefined && { txId: error.transactionId }) };
  if (error.code === 'CHAINCODE_REFUSED') {
    const reason = error.chaincodeCode ?? null;
    const code = reason !== null && SAME_NAME.has(reason) ? (reason as ProblemCode) : refusedAs;
    return problem(code, error.message, {
      cause: error,
      members: { ...members, reason, details: error.chaincodeDetails },
    });
  }
  return problem('LEDGER_UNAVAILABLE', `${error.code}: ${error.message}`, { cause: error, members });
}

/** Runs a ledger call; its failure becomes a problem. */
export async function onLedger<T>(call: () => Promise<T>, refusedAs?: ProblemCode): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw problemOfLedger(error, refusedAs);
  }
}
