import type { ContractCode } from '@careledger/contracts';

/**
 * Why the ledger did not do what was asked.
 *
 * Nothing was ordered: `CHAINCODE_REFUSED` (see `chaincodeCode`), `ENDORSEMENT_FAILED` (no sufficient set
 * of agreeing endorsers), `UNAVAILABLE`, `TIMEOUT`, `PERMISSION_DENIED` (identity or channel membership),
 * `ORDERER_REFUSED`, `BAD_REQUEST`, `ABORTED` (by the caller's signal), `CLOSED`.
 *
 * Ordered and void: `MVCC_CONFLICT` (a read was overtaken: a new proposal may succeed), `INVALIDATED` (any
 * other validation code, see `validationCode`).
 *
 * `COMMIT_UNKNOWN`: the transaction may or may not have been ordered. It is in the journal, and
 * `resume()` finishes it with the same bytes.
 *
 * `TRANSACTION_UNKNOWN`: the peer that was asked for a transaction has none of that id, or not yet.
 *
 * `BAD_RESPONSE`: the chaincode's answer is not what its definition says. `CONFIGURATION`: the connection
 * cannot be made as described.
 */
export type LedgerErrorCode =
  | 'CHAINCODE_REFUSED'
  | 'ENDORSEMENT_FAILED'
  | 'UNAVAILABLE'
  | 'TIMEOUT'
  | 'PERMISSION_DENIED'
  | 'ORDERER_REFUSED'
  | 'BAD_REQUEST'
  | 'ABORTED'
  | 'CLOSED'
  | 'MVCC_CONFLICT'
  | 'INVALIDATED'
  | 'COMMIT_UNKNOWN'
  | 'TRANSACTION_UNKNOWN'
  | 'BAD_RESPONSE'
  | 'CONFIGURATION';

/** What one node said, from Fabric's gateway.ErrorDetail. */
export interface EndpointDetail {
  readonly address: string;
  readonly mspId: string;
  readonly message: string;
}

export interface LedgerErrorOptions extends ErrorOptions {
  readonly transactionId?: string | undefined;
  readonly chaincodeCode?: ContractCode | undefined;
  readonly chaincodeDetails?: Readonly<Record<string, unknown>> | undefined;
  readonly validationCode?: string | undefined;
  readonly blockNumber?: bigint | undefined;
  readonly grpcCode?: number | undefined;
  readonly endpoints?: readonly EndpointDetail[] | undefined;
}

/** Codes after which a new proposal of the same content can do no harm and may succeed. */
const REPROPOSABLE: ReadonlySet<LedgerErrorCode> = new Set([
  'MVCC_CONFLICT',
  'ENDORSEMENT_FAILED',
  'UNAVAILABLE',
  'TIMEOUT',
]);

/** Every failure of this package. */
export class LedgerError extends Error {
  override readonly name = 'LedgerError';
  readonly transactionId: string | undefined;
  /** The chaincode's own code, for CHAINCODE_REFUSED. */
  readonly chaincodeCode: ContractCode | undefined;
  readonly chaincodeDetails: Readonly<Record<string, unknown>>;
  /** Name in peer.TxValidationCode, for MVCC_CONFLICT and INVALIDATED. */
  readonly validationCode: string | undefined;
  readonly blockNumber: bigint | undefined;
  readonly grpcCode: number | undefined;
  readonly endpoints: readonly EndpointDetail[];
  constructor(
    readonly code: LedgerErrorCode,
    message: string,
    options: LedgerErrorOptions = {},
  ) {
    super(message, options);
    this.transactionId = options.transactionId;
    this.chaincodeCode = options.chaincodeCode;
    this.chaincodeDetails = options.chaincodeDetails ?? {};
    this.validationCode = options.validationCode;
    this.blockNumber = options.blockNumber;
    this.grpcCode = options.grpcCode;
    this.endpoints = options.endpoints ?? [];
  }

  /** Whether a new proposal is safe and may succeed. Never after COMMIT_UNKNOWN: that needs the same bytes. */
  get reproposable(): boolean {
    return REPROPOSABLE.has(this.code);
  }
}
