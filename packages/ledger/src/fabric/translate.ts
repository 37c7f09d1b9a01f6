/** Fabric's errors become ours here and nowhere else. */
import { status } from '@grpc/grpc-js';
import { parseContractFailure, type ContractFailure } from '@careledger/contracts';
import { GatewayError, type Status } from '@hyperledger/fabric-gateway';
import { common, peer } from '@hyperledger/fabric-protos';
import { LedgerError, type EndpointDetail, type LedgerErrorCode, type LedgerErrorOptions } from '../error.js';

/** Steps before anything is ordered: no outcome of theirs can be unknown. */
export type EarlyStep = 'endorse' | 'evaluate' | 'read';

interface GrpcFailure {
  readonly code: number;
  readonly message: string;
  readonly endpoints: readonly EndpointDetail[];
}

/** An error of endorse, evaluate or an event stream. */
export function translateEarly(
  step: EarlyStep,
  what: string,
  error: unknown,
  transactionId?: string,
): LedgerError {
  if (error instanceof LedgerError) return error;
  const failure = grpcFailure(error);
  if (!failure) {
    const code = deliverStatusCode(error) ?? 'BAD_REQUEST';
    return new LedgerError(code, `${what}: ${messageOf(error)}`, { cause: error, transactionId });
  }
  const options: LedgerErrorOptions = { ...grpcOptions(failure), cause: error, transactionId };
  const refusal = contractFailure(failure);
  if (refusal) {
    return new LedgerError('CHAINCODE_REFUSED', `${what}: ${refusal.code}: ${refusal.message}`, {
      ...options,
      chaincodeCode: refusal.code,
      chaincodeDetails: refusal.details ?? {},
    });
  }
  return new LedgerError(earlyCode(step, failure), `${what}: ${describe(failure)}`, options);
}

/** An error of a query for a transaction: Fabric says in prose alone that there is none (ledger/blkstorage/blockindex.go). */
export function translateLookup(what: string, error: unknown, transactionId: string): LedgerError {
  const failure = grpcFailure(error);
  return failure?.message.includes('no such transaction ID')
    ? new LedgerError('TRANSACTION_UNKNOWN', `${what}: ${describe(failure)}`, {
        ...grpcOptions(failure),
        cause: error,
        transactionId,
      })
    : translateEarly('evaluate', what, error, transactionId);
}

/** What a failed sending to the orderers means: a final no, or that nobody knows. */
export function translateSubmit(what: string, error: unknown, transactionId: string): LedgerError {
  const failure = grpcFailure(error);
  if (!failure)
    return new LedgerError('BAD_REQUEST', `${what} cannot be sent`, { cause: error, transactionId });
  const options: LedgerErrorOptions = { ...grpcOptions(failure), cause: error, transactionId };
  return new LedgerError(submitCode(failure), `${what}: ${describe(failure)}`, options);
}

/** The status could not be learnt. */
export function translateStatusFailure(what: string, error: unknown, transactionId: string): LedgerError {
  const failure = grpcFailure(error);
  const options: LedgerErrorOptions = { ...(failure && grpcOptions(failure)), cause: error, transactionId };
  if (failure && isPermission(failure)) {
    return new LedgerError('PERMISSION_DENIED', `${what}: ${describe(failure)}`, options);
  }
  return new LedgerError(
    'COMMIT_UNKNOWN',
    `${what}: no status from the peer; it will be asked again`,
    options,
  );
}

/** A transaction that is in a block and void. */
export function translateStatus(what: string, { code, transactionId, blockNumber }: Status): LedgerError {
  const validationCode = validationCodeName(code);
  const conflict =
    code === peer.TxValidationCode.MVCC_READ_CONFLICT || code === peer.TxValidationCode.PHANTOM_READ_CONFLICT;
  return new LedgerError(
    conflict ? 'MVCC_CONFLICT' : 'INVALIDATED',
    `${what} is void: ${validationCode} in block ${blockNumber}`,
    { transactionId, validationCode, blockNumber },
  );
}

/** Whether a status speaks of a second copy, not of the transaction that was first in a block. */
export function isDuplicateStatus({ code }: Status): boolean {
  return code === peer.TxValidationCode.DUPLICATE_TXID;
}

const VALIDATION_CODE_NAMES = new Map(
  Object.entries(peer.TxValidationCode).map(([name, code]) => [Number(code), name]),
);

/** Name of a peer.TxValidationCode; a code newer than this release is shown as a number. */
export function validationCodeName(code: number): string {
  return VALIDATION_CODE_NAMES.get(code) ?? `CODE_${code}`;
}

/** Whether an event stream that ended with this may be opened again. */
export function isReconnectable(error: LedgerError): boolean {
  return error.code !== 'PERMISSION_DENIED' && error.code !== 'BAD_REQUEST' && error.code !== 'CONFIGURATION';
}

/**
 * The block service answers with a status of its own (common.Status), which the SDK tells only in the
 * message of a plain Error (blockeventsrequest.js). Undefined for any other error.
 */
function deliverStatusCode(error: unknown): LedgerErrorCode | undefined {
  const [, text] = /^Unexpected status response: (\d+)$/.exec(messageOf(error)) ?? [];
  if (text === undefined) return undefined;
  switch (Number(text)) {
    case common.Status.FORBIDDEN:
      return 'PERMISSION_DENIED';
    case common.Status.BAD_REQUEST:
    case common.Status.NOT_FOUND:
      return 'BAD_REQUEST';
    default:
      // Stopping, or not caught up: the peer may serve again.
      return 'UNAVAILABLE';
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function earlyCode(step: EarlyStep, failure: GrpcFailure): LedgerErrorCode {
  if (isPermission(failure)) return 'PERMISSION_DENIED';
  switch (failure.code) {
    case status.DEADLINE_EXCEEDED:
      return 'TIMEOUT';
    case status.UNAVAILABLE:
    case status.CANCELLED:
    case status.RESOURCE_EXHAUSTED:
    case status.UNIMPLEMENTED:
      // UNIMPLEMENTED: a node that is starting may listen before it has all its services.
      return 'UNAVAILABLE';
    case status.INVALID_ARGUMENT:
    case status.NOT_FOUND:
      return 'BAD_REQUEST';
    default:
      // ABORTED: endorsers refuse or disagree. FAILED_PRECONDITION: not enough of them are known (yet).
      return step === 'read' ? 'UNAVAILABLE' : 'ENDORSEMENT_FAILED';
  }
}

function submitCode(failure: GrpcFailure): LedgerErrorCode {
  if (isPermission(failure)) return 'PERMISSION_DENIED';
  switch (failure.code) {
    case status.INVALID_ARGUMENT:
    case status.NOT_FOUND:
      return 'BAD_REQUEST';
    case status.ABORTED:
      // The orderer answered and said no (a bad envelope); its SERVICE_UNAVAILABLE is no such answer.
      return failure.endpoints.some(({ message }) => message.includes('SERVICE_UNAVAILABLE'))
        ? 'COMMIT_UNKNOWN'
        : 'ORDERER_REFUSED';
    default:
      // The connection may have broken after the orderer took it: of 19 such errors 11 had committed.
      return 'COMMIT_UNKNOWN';
  }
}

/** Not let in: by the gateway, by an endorser, or by the channel's readers policy. */
function isPermission({ code, message, endpoints }: GrpcFailure): boolean {
  if (code === status.PERMISSION_DENIED || code === status.UNAUTHENTICATED) return true;
  return [message, ...endpoints.map((endpoint) => endpoint.message)].some((text) =>
    /access denied/i.test(text),
  );
}

function contractFailure(failure: GrpcFailure): ContractFailure | undefined {
  for (const { message } of failure.endpoints) {
    const found = parseContractFailure(message);
    if (found) return found;
  }
  return parseContractFailure(failure.message);
}

function grpcFailure(error: unknown): GrpcFailure | undefined {
  if (error instanceof GatewayError) {
    return { code: error.code, message: error.message, endpoints: error.details };
  }
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  return typeof code === 'number' && typeof message === 'string'
    ? { code, message, endpoints: [] }
    : undefined;
}

function grpcOptions({ code, endpoints }: GrpcFailure): Pick<LedgerErrorOptions, 'grpcCode' | 'endpoints'> {
  return { grpcCode: code, endpoints };
}

function describe({ message, endpoints }: GrpcFailure): string {
  const nodes = endpoints.map((endpoint) => `${endpoint.mspId} at ${endpoint.address}: ${endpoint.message}`);
  return [message, ...nodes].join('; ');
}
