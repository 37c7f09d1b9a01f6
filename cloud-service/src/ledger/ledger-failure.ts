import { LedgerError } from '@careledger/ledger';
import { ProblemError } from '@careledger/service-kit';
import type { ProblemCode } from '../problems.js';

/**
 * What a failed ledger call means to the HTTP caller: the chaincode's own refusal under `refusedAs` with its code as
 * `reason`, anything else as the ledger being away. Errors of other kinds come back as they are.
 */
export function problemOfLedger(error: unknown, refusedAs: ProblemCode): unknown {
  if (!(error instanceof LedgerError)) return error;
  const members = { ...(error.transactionId !== undefined && { txId: error.transactionId }) };
  if (error.code === 'CHAINCODE_REFUSED')
    return new ProblemError<ProblemCode>(refusedAs, error.message, {
      cause: error,
      members: { ...members, reason: error.chaincodeCode ?? null, details: error.chaincodeDetails },
    });
  return new ProblemError<ProblemCode>('LEDGER_UNAVAILABLE', `${error.code}: ${error.message}`, {
    cause: error,
    members,
  });
}

/** The same of a check that this service makes itself, by the code that the ledger has for it. */
export function refusal(
  refusedAs: ProblemCode,
  reason: string,
  detail: string,
  options: ErrorOptions & { readonly members?: Readonly<Record<string, unknown>> } = {},
): ProblemError<ProblemCode> {
  const { members, ...rest } = options;
  return new ProblemError<ProblemCode>(refusedAs, `${reason}: ${detail}`, {
    ...rest,
    members: { ...members, reason },
  });
}
