import type { Static, TSchema } from 'typebox';
import { Value } from 'typebox/value';

/** A service refused: its RFC 9457 problem, with `code` as the member to program against. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    /** The whole problem. */
    readonly problem: Readonly<Record<string, unknown>>,
  ) {
    super(message);
  }
}

/** A client of a service's REST API with a bearer token: all that an integrator needs. */
export class ApiClient {
  constructor(
    readonly url: string,
    readonly token: string,
  ) {}

  /** Calls a route and checks the answer. @throws ApiError; TypeError when nobody answers */
  async call<S extends TSchema>(method: string, path: string, result: S, body?: unknown): Promise<Static<S>> {
    const response = await fetch(new URL(path, this.url), {
      method,
      headers: {
        authorization: `Bearer ${this.token}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const answer: unknown = text === '' ? undefined : JSON.parse(text);
    if (!response.ok) throw refusal(`${method} ${path}`, response.status, answer);
    return Value.Parse(result, answer);
  }
}

function refusal(where: string, status: number, answer: unknown): ApiError {
  const problem = typeof answer === 'object' && answer !== null ? (answer as Record<string, unknown>) : {};
  const code = typeof problem['code'] === 'string' ? problem['code'] : 'UNKNOWN';
  const detail = typeof problem['detail'] === 'string' ? problem['detail'] : '';
  return new ApiError(status, code, `${where} answered ${status} ${code}: ${detail}`, problem);
}
