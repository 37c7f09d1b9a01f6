/** What a code of a service's error catalogue means over HTTP (RFC 9457). */
export interface ProblemType {
  /** HTTP status, 400–599. */
  readonly status: number;
  /** Short, the same for every occurrence. */
  readonly title: string;
  /** JSON Schemas of members that it has besides those of every problem, each with an example; by name. */
  readonly members?: Readonly<Record<string, MemberSchema>>;
}

/** As OpenAPI describes a member of a problem. */
export interface MemberSchema {
  readonly type?: string;
  readonly description?: string;
  readonly examples?: readonly unknown[];
}

export type ProblemCatalogue<Code extends string = string> = Readonly<Record<Code, ProblemType>>;

/** Body of an `application/problem+json` response; `code` is the member to program against. */
export interface Problem {
  /** Relative reference to the description of the code, served at `/problems/{code}`. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail?: string;
  /** The request's id, as in the log. */
  readonly instance?: string;
  readonly [member: string]: unknown;
}

/** What a code looks like. */
export const PROBLEM_CODE_PATTERN = /^[A-Z][A-Z0-9_]{0,63}$/;

/** Declares the codes of a service: the keys are its closed union of error codes. */
export function defineProblems<const C extends ProblemCatalogue>(catalogue: C): C {
  for (const [code, { status }] of Object.entries<ProblemType>(catalogue)) {
    if (!PROBLEM_CODE_PATTERN.test(code))
      throw new RangeError(`Problem code ${code} must be UPPER_SNAKE_CASE`);
    if (status < 400 || status > 599) throw new RangeError(`Problem ${code} needs a status of 400 to 599`);
  }
  return catalogue;
}

/** Codes every service has. */
export const commonProblems = defineProblems({
  VALIDATION_FAILED: { status: 400, title: 'The request does not match the documented schema' },
  MALFORMED_REQUEST: { status: 400, title: 'The request is no valid HTTP' },
  MALFORMED_BODY: { status: 400, title: 'The body cannot be parsed' },
  UNAUTHENTICATED: { status: 401, title: 'A valid bearer token is required' },
  FORBIDDEN: { status: 403, title: 'The role of this token may not do this' },
  PATIENT_MISMATCH: { status: 403, title: 'This token stands for another patient' },
  SCOPE_INSUFFICIENT: { status: 403, title: 'The scopes of this token do not cover the request' },
  NOT_FOUND: { status: 404, title: 'There is no such resource' },
  METHOD_NOT_ALLOWED: { status: 405, title: 'This path has other methods: see the header Allow' },
  NOT_ACCEPTABLE: { status: 406, title: 'The route answers with nothing that Accept allows' },
  REQUEST_TIMEOUT: { status: 408, title: 'The request did not arrive in time' },
  PAYLOAD_TOO_LARGE: { status: 413, title: 'The body is larger than the limit' },
  URI_TOO_LONG: { status: 414, title: 'A part of the path is longer than the limit' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, title: 'The media type of the body is not supported' },
  EXPECTATION_FAILED: { status: 417, title: 'The service does not do what the header Expect asks for' },
  CURSOR_INVALID: { status: 422, title: 'The cursor is none that this list gave' },
  TOO_MANY_REQUESTS: { status: 429, title: 'Too many requests: slow down' },
  HEADERS_TOO_LARGE: { status: 431, title: 'The headers are larger than the limit' },
  INTERNAL_ERROR: { status: 500, title: 'The service failed; the log has the cause under the instance id' },
  ISSUER_UNAVAILABLE: {
    status: 503,
    title: 'The issuer of this token cannot be asked for its keys: try again in `retryAfterS` seconds',
  },
  SHUTTING_DOWN: { status: 503, title: 'The service is stopping: ask again shortly' },
});
export type CommonProblemCode = keyof typeof commonProblems;

export interface ProblemErrorOptions extends ErrorOptions {
  /** Further members of the problem, e.g. `{height: 7}`; never secrets. */
  readonly members?: Readonly<Record<string, unknown>>;
}

/** An error that carries its problem code; `message` becomes the problem's `detail`. */
export class ProblemError<Code extends string = CommonProblemCode> extends Error {
  override readonly name: string = 'ProblemError';
  readonly members: Readonly<Record<string, unknown>>;
  constructor(
    readonly code: Code,
    detail: string,
    options: ProblemErrorOptions = {},
  ) {
    super(detail, options);
    this.members = options.members ?? {};
  }
}

/** The problem that a code of the catalogue is. */
export function problemOf(code: string, { status, title }: ProblemType): Problem {
  return { type: `/problems/${code}`, title, status, code };
}
