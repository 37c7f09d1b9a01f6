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

/** The server, or what stands before it, may answer the same request later. */
export const TRANSIENT_STATUSES: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/** Why one item of an answer came to nothing. */
interface ItemProblem {
  readonly code: string;
  readonly detail?: string;
  readonly reason?: string | undefined;
  /** That of an answer to it alone, where the item says so. */
  readonly status?: number;
}

/**
 * A call to another service that did not succeed. `message` may be shown to callers: it names method, path, status and
 * code, never an address nor the other service's own words.
 */
export class HttpClientError extends Error {
  /** What an answer about many says of one of them, as if nothing else had been asked. @param given none is no answer */
  static ofItem(
    given: ItemProblem | undefined,
    members: Readonly<Record<string, unknown>> = {},
  ): HttpClientError {
    if (given === undefined) return new HttpClientError('BAD_RESPONSE', 'The answer says nothing of it');
    const { code, status } = given;
    return new HttpClientError('REFUSED', `The answer to it is ${code}`, {
      problem: { ...given, ...members, type: '', title: code, status: status ?? 200 },
      ...(status !== undefined && { status, transient: TRANSIENT_STATUSES.has(status) }),
    });
  }

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
