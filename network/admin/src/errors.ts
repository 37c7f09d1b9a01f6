/** What went wrong while setting up or changing a network. */
export type NetworkAdminErrorCode =
  | 'IDENTITY_MISSING'
  | 'IDENTITY_UNREADABLE'
  | 'ENROLMENT_FAILED'
  | 'REVOCATION_ELSEWHERE'
  | 'ORDERER_UNREACHABLE'
  | 'ORDERER_REFUSED'
  | 'PEER_UNREACHABLE'
  | 'PROPOSAL_REFUSED'
  | 'PROPOSAL_RESPONSES_DIFFER'
  | 'SUBMIT_FAILED'
  | 'COMMIT_TIMEOUT'
  | 'TRANSACTION_INVALID'
  | 'CONFIG_UNCHANGED'
  | 'CONFIG_NOT_APPLIED'
  | 'CONFIG_UPDATE_UNREADABLE'
  | 'CHAINCODE_DEFINITION_CONFLICT'
  | 'CONFIRMATION_MISSING'
  | 'NOT_READY'
  | 'NOT_SET_UP'
  | 'STATE_UNREADABLE'
  | 'UNKNOWN_NAME';

/** `message` says what happened and what to do next. */
export class NetworkAdminError extends Error {
  override readonly name = 'NetworkAdminError';

  constructor(
    readonly code: NetworkAdminErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The text of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
