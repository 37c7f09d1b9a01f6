import pRetry, { AbortError } from 'p-retry';
import type { Static, TSchema } from 'typebox';
import { Value } from 'typebox/value';
import { HttpClientError } from './client-error.js';
import { PROBLEM_JSON } from './error-handler.js';
import type { Problem } from './problems.js';

export const DEFAULT_CALL_TIMEOUT_MS = 10_000;
export const DEFAULT_CALL_RETRIES = 3;
export const RETRY_MIN_DELAY_MS = 100;
export const RETRY_MAX_DELAY_MS = 2_000;

/** RFC 9110 §9.2.2: the same request twice has the effect of one. */
const IDEMPOTENT_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS']);
/** The server, or what stands before it, may answer the same request later. */
const TRANSIENT_STATUSES: ReadonlySet<number> = new Set([429, 502, 503, 504]);

export interface HttpClientOptions {
  readonly baseUrl: string;
  readonly token?: string;
  /** Per attempt. */
  readonly timeoutMs?: number;
  /** After the first attempt; only for idempotent calls. */
  readonly retries?: number;
}

export interface CallOptions<S extends TSchema> {
  /** Sent as JSON, bytes as they are. */
  readonly body?: unknown;
  /** What a 2xx body must be; anything else is BAD_RESPONSE. */
  readonly result: S;
  readonly headers?: Readonly<Record<string, string>>;
  /** A POST that the server recognises when it comes twice, e.g. by an id in it. */
  readonly idempotent?: boolean;
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
}

/** A client of another service: timeouts, retries where safe, problems as typed errors. */
export interface HttpClient {
  /** Calls and decodes JSON. @throws HttpClientError */
  call<S extends TSchema>(method: string, path: string, options: CallOptions<S>): Promise<Static<S>>;
  /** Calls and returns the body's bytes. @throws HttpClientError */
  bytes(method: string, path: string, options?: Omit<CallOptions<TSchema>, 'result'>): Promise<Uint8Array>;
}

/** Private CAs are trusted through NODE_EXTRA_CA_CERTS, as by every fetch of the process. */
export function createHttpClient(client: HttpClientOptions): HttpClient {
  const request = (method: string, path: string, options: Omit<CallOptions<TSchema>, 'result'>) =>
    withRetries(client, method, options, () => attempt(client, method, path, options));
  return {
    async call(method, path, options) {
      const bytes = await request(method, path, options);
      return decode(options.result, bytes, `${method} ${path}`);
    },
    bytes: (method, path, options = {}) => request(method, path, options),
  };
}

function withRetries<T>(
  client: HttpClientOptions,
  method: string,
  options: Omit<CallOptions<TSchema>, 'result'>,
  run: () => Promise<T>,
): Promise<T> {
  const safe = options.idempotent ?? IDEMPOTENT_METHODS.has(method);
  return pRetry(run, {
    retries: safe ? (client.retries ?? DEFAULT_CALL_RETRIES) : 0,
    minTimeout: RETRY_MIN_DELAY_MS,
    maxTimeout: RETRY_MAX_DELAY_MS,
    randomize: true,
    shouldRetry: ({ error }) => error instanceof HttpClientError && error.transient,
    ...(options.signal && { signal: options.signal }),
  }).catch((error: unknown) => {
    if (error instanceof HttpClientError) throw error;
    if (options.signal?.aborted)
      throw new HttpClientError('ABORTED', 'The call was cancelled', { cause: error });
    throw error instanceof AbortError ? error.originalError : error;
  });
}

/** One request to the end of its body. */
async function attempt(
  client: HttpClientOptions,
  method: string,
  path: string,
  options: Omit<CallOptions<TSchema>, 'result'>,
): Promise<Uint8Array> {
  const deadline = AbortSignal.timeout(options.timeoutMs ?? client.timeoutMs ?? DEFAULT_CALL_TIMEOUT_MS);
  const where = `${method} ${new URL(path, client.baseUrl).href}`;
  try {
    const response = await fetch(new URL(path, client.baseUrl), {
      method,
      redirect: 'error',
      signal: options.signal ? AbortSignal.any([options.signal, deadline]) : deadline,
      ...encode(client, options),
    });
    const bytes = new Uint8Array(await response.arrayBuffer());
    if (response.ok) return bytes;
    throw refused(where, response, bytes);
  } catch (cause) {
    if (cause instanceof HttpClientError) throw cause;
    if (options.signal?.aborted) throw new HttpClientError('ABORTED', `${where} was cancelled`, { cause });
    if (deadline.aborted) throw new HttpClientError('TIMEOUT', `${where} took too long`, { cause });
    throw new HttpClientError('UNREACHABLE', `${where} cannot be reached: is the service up?`, { cause });
  }
}

function encode(client: HttpClientOptions, options: Omit<CallOptions<TSchema>, 'result'>): RequestInit {
  const headers: Record<string, string> = { accept: 'application/json', ...options.headers };
  if (client.token !== undefined) headers['authorization'] = `Bearer ${client.token}`;
  if (options.body === undefined) return { headers };
  if (options.body instanceof Uint8Array) {
    return {
      headers: { 'content-type': 'application/octet-stream', ...headers },
      body: Buffer.from(options.body),
    };
  }
  return { headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(options.body) };
}

function refused(where: string, response: Response, bytes: Uint8Array): HttpClientError {
  const problem = response.headers.get('content-type')?.startsWith(PROBLEM_JSON)
    ? problemIn(bytes)
    : undefined;
  const why = problem ? `${problem.code}: ${problem.detail ?? problem.title}` : response.statusText;
  return new HttpClientError('REFUSED', `${where} answered ${response.status} ${why}`, {
    status: response.status,
    transient: TRANSIENT_STATUSES.has(response.status),
    ...(problem && { problem }),
  });
}

function problemIn(bytes: Uint8Array): Problem | undefined {
  const value = parseJson(bytes);
  return typeof value === 'object' && value !== null && 'code' in value && typeof value.code === 'string'
    ? (value as Problem)
    : undefined;
}

function decode<S extends TSchema>(schema: S, bytes: Uint8Array, where: string): Static<S> {
  const value = parseJson(bytes);
  if (Value.Check(schema, value)) return value;
  const [fault] = Value.Errors(schema, value);
  throw new HttpClientError(
    'BAD_RESPONSE',
    `${where} answered what it must not: ${fault?.instancePath} ${fault?.message}`,
  );
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    // Not JSON at all: the caller's check says so with the place.
    return undefined;
  }
}
