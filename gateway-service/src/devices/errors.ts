export type DeviceErrorCode =
  | 'PAIRING_CODE_INVALID'
  | 'PAIRING_CODES_EXHAUSTED'
  | 'PAIRING_PROOF_INVALID'
  | 'PAIRING_OTHER_DEVICE'
  | 'DEVICE_ALREADY_REGISTERED'
  | 'DEVICE_NOT_FOUND'
  | 'DEVICE_REVOKED'
  | 'DEVICE_SUSPENDED'
  | 'DEVICE_TOKEN_INVALID'
  | 'DEVICE_TOKEN_EXPIRED'
  | 'DEVICE_TOKEN_AUDIENCE'
  | 'PROFILE_CODE_UNKNOWN';

export interface DeviceErrorOptions extends ErrorOptions {
  /** What goes with the answer over HTTP, e.g. the gateway's time. */
  readonly members?: Readonly<Record<string, string>>;
}

/** A device, or who speaks for one, is refused. */
export class DeviceError extends Error {
  override readonly name = 'DeviceError';
  readonly members: Readonly<Record<string, string>>;

  constructor(
    readonly code: DeviceErrorCode,
    message: string,
    options: DeviceErrorOptions = {},
  ) {
    super(message, options);
    this.members = options.members ?? {};
  }
}
