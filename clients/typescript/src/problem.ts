import type { Problem as AuthorityProblem } from './generated/authority/index.js';
import type { Problem as GatewayProblem } from './generated/gateway/index.js';
import type { Problem as ProviderProblem } from './generated/provider/index.js';

/** What a service answers when it does not do what it was asked (RFC 9457). */
export type Problem = GatewayProblem | AuthorityProblem | ProviderProblem;

/** Codes of the three services, to program against; docs/troubleshooting.md says what to do about each. */
export type ProblemCode = Problem['code'];

/** A service refused, or something in front of it did: then the code is `UNKNOWN`. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';

  constructor(
    /** Of HTTP. */
    readonly status: number,
    /** A service that is newer than this client may answer with a code that is not in the type. */
    readonly code: ProblemCode | 'UNKNOWN',
    message: string,
    /** All members of the answer; what a proxy answered has none. */
    readonly problem: Readonly<Partial<Problem>>,
  ) {
    super(message);
  }
}

/** Whether a service refused, and with this code if one is given. */
export const isProblem = (error: unknown, code?: ProblemCode): error is ProblemError =>
  error instanceof ProblemError && (code === undefined || error.code === code);

/**
 * An answer that is no success, as an error.
 * @param body of the answer: parsed if it was JSON, else its text
 */
export function problemError({ method, url }: Request, { status }: Response, body: unknown): ProblemError {
  const problem = (typeof body === 'object' && body !== null ? body : {}) as Partial<Problem>;
  const { code = 'UNKNOWN', detail, title } = problem;
  const words = detail ?? title ?? (typeof body === 'string' ? body.slice(0, SHOWN_CHARS) : '');
  return new ProblemError(
    status,
    code,
    `${method} ${new URL(url).pathname} answered ${status} ${code}: ${words}`,
    problem,
  );
}

/** Of what a proxy answers, which may be a page. */
const SHOWN_CHARS = 200;
