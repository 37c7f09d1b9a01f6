import type { Problem } from './problems.js';

/**
 * UNREACHABLE, TIMEOUT: the outcome is unknown. REFUSED: the server answered, see `status` and
 * `problem`. BAD_RESPONSE: a 2xx that is not what was agreed. ABORTED: by the caller's signal.
 */
export type HttpClientErrorCode = 'UNREACHABLE' | 'TIMEOUT' | 'REFUSED' | 'BAD_RESPONSE' | 'ABORTED';

export interface HttpClientErrorOptions extends ErrorOptions {
  readonly status?: number;
  readonly problem?: Problem;
  readonly transient?: boolean;
}

/** A call to another service that did not succeed. */
export class HttpClientError extends Error {
  override readonly name = 'HttpClientError';
  readonly status: number | undefined;
  /** The server's RFC 9457 problem; `problem.code` is the code to act on. */
  readonly problem: Problem | undefined;
  /** Whether the same call may succeed later. */
  readonly transient: boolean;
  constructor(
    readonly code: HttpClientErrorCode,
    message: string,
    options: HttpClientErrorOptions = {},
  ) {
    super(message, options);
    this.status = options.status;
    this.problem = options.problem;
    this.transient = options.transient ?? (code === 'UNREACHABLE' || code === 'TIMEOUT');
  }
}
