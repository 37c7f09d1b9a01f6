/** What kept a network from running. */
export type RunnerErrorCode =
  | 'BINARIES_MISSING'
  | 'CHAINCODE_MISSING'
  | 'PORT_TAKEN'
  | 'PROCESS_EXITED'
  | 'PROCESS_NOT_HALTED'
  | 'PROFILE_DIFFERS'
  | 'NOT_SET_UP'
  | 'NOT_EMPTY'
  | 'BACKUP_INCOMPLETE'
  | 'BACKUP_DAMAGED'
  | 'CONFIRMATION_MISSING'
  | 'ORGANIZATION_NEEDED'
  | 'UNKNOWN_NAME'
  | 'SECRETS_UNREADABLE'
  | 'REGISTRATION_FAILED'
  | 'SERVICE_NOT_READY';

/** `message` says what happened and what to do next. */
export class RunnerError extends Error {
  override readonly name = 'RunnerError';

  constructor(
    readonly code: RunnerErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** A process of the network ended while it was needed. */
export class ProcessExitedError extends RunnerError {
  constructor(
    readonly process: string,
    message: string,
  ) {
    super('PROCESS_EXITED', message);
  }
}
