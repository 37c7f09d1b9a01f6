/** What can go wrong when a devnet is configured, started or reopened. */
export type DevnetErrorCode =
  | 'BAD_FLAG'
  | 'BAD_CONFIG'
  | 'BAD_POLICY'
  | 'BAD_IDENTITY_REQUEST'
  | 'CHAINCODE_MODULE_FAILED'
  | 'CHAINCODE_NOT_READY'
  | 'CLOSED'
  | 'DIR_IN_USE'
  | 'LEDGER_CORRUPT'
  | 'LEDGER_MISMATCH'
  | 'PORT_UNAVAILABLE'
  | 'UNKNOWN_ORGANISATION';

/** An error of the devnet itself. What a peer refuses is a {@link PeerRefusal} instead. */
export class DevnetError extends Error {
  readonly code: DevnetErrorCode;

  constructor(code: DevnetErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'DevnetError';
    this.code = code;
  }
}

/** A refusal whose message is the one a Fabric peer or orderer gives; it travels to the client as it is. */
export class PeerRefusal extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'PeerRefusal';
  }
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
