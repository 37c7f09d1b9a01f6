import { CryptoError, isJsonObject, parseJson } from '@careledger/crypto';
import { compiled } from '@careledger/domain/compiled';
import pRetry, { AbortError } from 'p-retry';
import type { Static, TSchema } from 'typebox';
import { discard, readBounded } from '../bounded-body.js';
import {
  HttpClientError,
  TRANSIENT_STATUSES,
  type HttpClientErrorCode,
  type HttpClientErrorOptions,
} from './client-error.js';
import { PROBLEM_JSON } from './media-types.js';
import { PROBLEM_CODE_PATTERN, type Problem } from './problems.js';
import { currentTrace, traced } from '../tracing/spans.js';

const DEFAULT_CALL_TIMEOUT_MS = 10_000;
const DEFAULT_CALL_RETRIES = 3;
const RETRY_MIN_DELAY_MS = 100;
const RETRY_MAX_DELAY_MS = 2_000;
/** Largest answer that is read, after decompression: the largest record in base64url with its wraps, and room. */
const DEFAULT_ANSWER_MAX_BYTES = 8 * 1024 * 1024;
/** Largest problem that is read; one that is larger is as good as none. */
const PROBLEM_MAX_BYTES = 64 * 1024;

/** RFC 9110 §9.2.2: the same request twice has the effect of one. */
const IDEMPOTENT_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS']);

export interface HttpClientOptions {
  readonly baseUrl: string;
  readonly token?: string;
  /** Per attempt, to the end of the body. */
  readonly timeoutMs?: number;
  /** Largest body that is read, after decompression. Default DEFAULT_ANSWER_MAX_BYTES. */
  readonly maxBytes?: number;
  /** After the first attempt; only for idempotent calls. */
  readonly retries?: number;
  /** Told the time that each answer bears (`Date`, RFC 9110 section 6.6.1), milliseconds since 1970. */
  readonly onDate?: (dateMs: number) => void;
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
  readonly maxBytes?: number;
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
    withRetries(client, method, options, () => tracedAttempt(client, method, path, options));
  return {
    async call(method, path, options) {
      const bytes = await request(method, path, options);
      return decode(options.result, bytes, failureOf(client, method, path));
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

/** An attempt as a span: without its path, which has ids in it. */
function tracedAttempt(
  client: HttpClientOptions,
  method: string,
  path: string,
  options: Omit<CallOptions<TSchema>, 'result'>,
): Promise<Uint8Array> {
  const { hostname, port } = new URL(client.baseUrl);
  const attributes = {
    'http.request.method': method,
    'server.address': hostname,
    ...(port !== '' && { 'server.port': Number(port) }),
  };
  return traced(method, { kind: 'client', attributes }, () => attempt(client, method, path, options));
}

/** One request to the end of its body. */
async function attempt(
  client: HttpClientOptions,
  method: string,
  path: string,
  options: Omit<CallOptions<TSchema>, 'result'>,
): Promise<Uint8Array> {
  const deadline = AbortSignal.timeout(options.timeoutMs ?? client.timeoutMs ?? DEFAULT_CALL_TIMEOUT_MS);
  const failed = failureOf(client, method, path);
  try {
    const response = await fetch(new URL(path, client.baseUrl), {
      method,
      // Where it points is the other server's choice, and the token would go with it.
      redirect: 'manual',
      signal: options.signal ? AbortSignal.any([options.signal, deadline]) : deadline,
      ...encode(client, options),
    });
    reportDate(client, response);
    if (response.ok) {
      const maxBytes = options.maxBytes ?? client.maxBytes ?? DEFAULT_ANSWER_MAX_BYTES;
      const bytes = await readBounded(response, maxBytes);
      if (bytes !== undefined) return bytes;
      throw failed('TOO_LARGE', `answered more than ${maxBytes} bytes`, { status: response.status });
    }
    throw await refused(response, failed);
  } catch (cause) {
    if (cause instanceof HttpClientError) throw cause;
    if (options.signal?.aborted) throw failed('ABORTED', 'was cancelled', { cause });
    if (deadline.aborted) throw failed('TIMEOUT', 'took too long', { cause });
    throw failed('UNREACHABLE', 'cannot be reached: is the service up?', { cause });
  }
}

function reportDate({ onDate }: HttpClientOptions, { headers }: Response): void {
  const dateMs = Date.parse(headers.get('date') ?? '');
  if (!Number.isNaN(dateMs)) onDate?.(dateMs);
}

type Failure = (
  code: HttpClientErrorCode,
  what: string,
  options?: Omit<HttpClientErrorOptions, 'url'>,
) => HttpClientError;

/** Names a failure by method and path; the address is for logs alone. */
function failureOf(client: HttpClientOptions, method: string, path: string): Failure {
  const { href, pathname } = new URL(path, client.baseUrl);
  return (code, what, options = {}) =>
    new HttpClientError(code, `${method} ${pathname} ${what}`, { ...options, url: href });
}

function encode(client: HttpClientOptions, options: Omit<CallOptions<TSchema>, 'result'>): RequestInit {
  const headers: Record<string, string> = { accept: 'application/json', ...options.headers };
  const traceparent = currentTrace();
  if (traceparent !== null) headers['traceparent'] = traceparent;
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

async function refused(response: Response, failed: Failure): Promise<HttpClientError> {
  const { status } = response;
  if (status >= 300 && status < 400) {
    await discard(response);
    return failed('BAD_RESPONSE', `answered ${status}: a redirect, which is not followed`, { status });
  }
  const problem = await problemOf(response);
  // The code alone: a detail is the other server's text, which may name its own neighbours.
  return failed('REFUSED', `answered ${status}${problem ? ` ${problem.code}` : ''}`, {
    status,
    transient: TRANSIENT_STATUSES.has(status),
    ...(problem && { problem }),
  });
}

async function problemOf(response: Response): Promise<Problem | undefined> {
  if (!response.headers.get('content-type')?.startsWith(PROBLEM_JSON)) {
    await discard(response);
    return undefined;
  }
  const value = valueOf((await readBounded(response, PROBLEM_MAX_BYTES)) ?? new Uint8Array());
  const code = isJsonObject(value) ? value['code'] : undefined;
  return typeof code === 'string' && PROBLEM_CODE_PATTERN.test(code) ? (value as Problem) : undefined;
}

function decode<S extends TSchema>(schema: S, bytes: Uint8Array, failed: Failure): Static<S> {
  const value = valueOf(bytes);
  const validator = compiled(schema);
  if (validator.Check(value)) return value;
  const [fault] = validator.Errors(value);
  throw failed('BAD_RESPONSE', `answered what it must not: ${fault?.instancePath} ${fault?.message}`);
}

/** What the JSON of spec/crypto.md says; undefined where it is none, which the caller's check then names. */
function valueOf(bytes: Uint8Array): unknown {
  try {
    return parseJson(bytes);
  } catch (error) {
    if (error instanceof CryptoError) return undefined;
    throw error;
  }
}
