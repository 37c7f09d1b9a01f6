import type { Problem } from './problems.js';

/**
 * UNREACHABLE, TIMEOUT: the outcome is unknown. REFUSED: the server answered, see `status` and
 * `problem`. BAD_RESPONSE: a 2xx that is not what was agreed, or a redirect. TOO_LARGE: a 2xx with a body over the cap.
 * ABORTED: by the caller's signal.
 */
export type HttpClientErrorCode =
  'UNREACHABLE' | 'TIMEOUT' | 'REFUSED' | 'BAD_RESPONSE' | 'TOO_LARGE' | 'ABORTED';

export interface HttpClientErrorOptions extends ErrorOptions {
  readonly url?: string;
  readonly status?: number;
  readonly problem?: Problem;
  readonly transient?: boolean;
}

/**
 * A call to another service that did not succeed. `message` may be shown to callers: it names method, path, status and
 * code, never an address nor the other service's own words.
 */
export class HttpClientError extends Error {
  override readonly name = 'HttpClientError';
  /** What was asked, with scheme, host and port: for logs alone. */
  readonly url: string | undefined;
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
    this.url = options.url;
    this.status = options.status;
    this.problem = options.problem;
    this.transient = options.transient ?? (code === 'UNREACHABLE' || code === 'TIMEOUT');
  }
}
