import { AccessState } from '@careledger/contracts';
import { isUnavailable } from '@careledger/delivery';
import type { AccessItem } from '@careledger/protocol';
import { HttpClientError } from '@careledger/service-kit';
import { Value } from 'typebox/value';
import { problem, type ProblemCode } from '../problems.js';

/** Problems of a provider with a permit or with its neighbours: another request, or another provider, may do. */
const WORTH_ANOTHER_REQUEST: ReadonlySet<string> = new Set([
  'PERMIT_EXPIRED',
  'PERMIT_USED',
  'PERMIT_INVALID',
  'POLICY_CHANGED',
  'PROVIDER_UNREACHABLE',
  'LEDGER_UNAVAILABLE',
  'BLOB_MISSING',
  'BLOB_DAMAGED',
]);
/** Chaincode's reasons that have a problem of their own here. */
const REASONS: Readonly<Record<string, ProblemCode>> = {
  RECORD_UNKNOWN: 'RECORD_UNKNOWN',
  PATIENT_UNKNOWN: 'PATIENT_UNKNOWN',
  PRACTITIONER_UNKNOWN: 'PRACTITIONER_UNKNOWN',
};

export const isWorthAnotherRequest = (error: HttpClientError): boolean =>
  isUnavailable(error) || WORTH_ANOTHER_REQUEST.has(error.problem?.code ?? '');

/** What a provider says of one request, as if it had been asked for nothing else. */
export const failureOf = ({ access, problem: given }: AccessItem): HttpClientError =>
  HttpClientError.ofItem(given, { ...(access !== undefined && { access }) });

/** A provider's final refusal as our problem; other errors as they are. */
export function refusalOf(error: unknown): unknown {
  if (!(error instanceof HttpClientError)) return error;
  const { problem: given } = error;
  if (isWorthAnotherRequest(error)) return unreachable(error);
  const reason = typeof given?.['reason'] === 'string' ? given['reason'] : (given?.code ?? error.code);
  const access = given?.['access'];
  if (given?.code === 'ACCESS_DENIED' && Value.Check(AccessState, access))
    // A denial is on the ledger, also the one that there is nothing to decide about.
    return problem(REASONS[access.reason] ?? 'ACCESS_DENIED', `Denied: ${access.reason}`, {
      cause: error,
      members: { reason: access.reason, txId: access.txId, access },
    });
  return problem(REASONS[reason] ?? 'ACCESS_REFUSED', error.message, { cause: error, members: { reason } });
}

const unreachable = (cause: HttpClientError) =>
  problem('PROVIDER_UNREACHABLE', cause.message, {
    cause,
    members: { reason: cause.problem?.code ?? cause.code },
  });

/** The code of an error, for log and metrics. */
export function codeOf(error: unknown): string {
  const code = error instanceof Error ? (error as { code?: unknown }).code : undefined;
  return typeof code === 'string' ? code : 'INTERNAL_ERROR';
}
