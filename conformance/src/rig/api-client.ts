import { PATIENTS_MSP } from '@careledger/domain';
import { systemToken, type RunningService } from '@careledger/supervisor';

type Role = 'ops' | 'practitioner' | 'auditor' | 'system';

export interface ApiAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Calls a route with the token of a role, as anybody with curl would; as role system the patients' operator calls. */
export async function call(
  { url, tokens }: RunningService,
  role: Role,
  method: string,
  path: string,
  body?: unknown,
  options: { token?: string; headers?: Record<string, string> } = {},
): Promise<ApiAnswer> {
  const response = await fetch(new URL(path, url), {
    method,
    headers: {
      authorization: `Bearer ${options.token ?? (role === 'system' ? systemToken(tokens, PATIENTS_MSP) : tokens[role])}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...options.headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>,
  };
}

/**
 * Whether a fetch failed because nobody was there, or left. By name: the test runner's realm has a TypeError of its own.
 */
export const isNetworkFailure = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'name' in error && error.name === 'TypeError';
