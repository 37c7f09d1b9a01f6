import { send, type Fetch } from './in-flight.js';

/** How a request is repeated that may be repeated. */
export interface RetryOptions {
  /** Attempts in all, the first one included. */
  readonly attempts: number;
  /** Wait before the second attempt; it doubles from then on, unless the service says how long (`Retry-After`). */
  readonly firstDelayMs: number;
  /** Longest wait. Who is told to wait longer gets the answer instead. */
  readonly maxDelayMs: number;
}

export const RETRY_DEFAULTS: RetryOptions = { attempts: 4, firstDelayMs: 250, maxDelayMs: 10_000 };

/** Names a request, so that the service does once what is sent twice (draft-ietf-httpapi-idempotency-key-header). */
export const IDEMPOTENCY_KEY = 'Idempotency-Key';
/** Too many requests; nobody behind the proxy; not now; not in time. */
const REPEATED_STATUS: ReadonlySet<number> = new Set([429, 502, 503, 504]);
const CONFLICT = 409;
const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD']);

/** A fetch that repeats what fails in passing, if repeating it does no harm: reads, and what has an `Idempotency-Key`. */
export function retryingFetch(fetchOnce: Fetch, options: RetryOptions): Fetch {
  return async (request) => {
    if (!SAFE_METHODS.has(request.method) && !request.headers.has(IDEMPOTENCY_KEY)) return fetchOnce(request);
    for (let attempt = 1; ; attempt++) {
      const outcome = await attemptOf(fetchOnce, request);
      const delayMs = attempt < options.attempts ? delayAfter(outcome, attempt, options) : undefined;
      if (delayMs === undefined) {
        if ('error' in outcome) throw outcome.error;
        return outcome.response;
      }
      await wait(delayMs, request.signal);
    }
  };
}

type Outcome = { readonly response: Response } | { readonly error: unknown };

async function attemptOf(fetchOnce: Fetch, request: Request): Promise<Outcome> {
  try {
    return { response: await send(fetchOnce, request.clone()) };
  } catch (error) {
    return { error };
  }
}

/** Undefined where the outcome stands. */
function delayAfter(outcome: Outcome, attempt: number, options: RetryOptions): number | undefined {
  const { firstDelayMs, maxDelayMs } = options;
  const backoffMs = Math.min(firstDelayMs * 2 ** (attempt - 1), maxDelayMs);
  if ('error' in outcome) return isNetworkFailure(outcome.error) ? jittered(backoffMs) : undefined;
  const { headers, status } = outcome.response;
  const toldMs = retryAfterMs(headers);
  // The first request under this key is not answered yet: the service says when to ask again.
  const isUnderWay = status === CONFLICT && toldMs !== undefined;
  if (!REPEATED_STATUS.has(status) && !isUnderWay) return undefined;
  if (toldMs === undefined) return jittered(backoffMs);
  return toldMs <= maxDelayMs ? toldMs : undefined;
}

/** Clients that failed together do not come back together. */
const jittered = (ms: number): number => ms * (0.5 + Math.random() / 2);

/** RFC 9110, 10.2.3: seconds, or a date. */
function retryAfterMs(headers: Headers): number | undefined {
  const value = headers.get('retry-after');
  if (value === null) return undefined;
  const seconds = Number(value);
  const ms = Number.isNaN(seconds) ? Date.parse(value) - Date.now() : seconds * 1_000;
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}

/** Nobody was there, or left: fetch says so with a TypeError. By name, as it may be another realm's. */
export const isNetworkFailure = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'name' in error && error.name === 'TypeError';

/** @throws what the signal was aborted with */
export function wait(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const onAbort = () => {
      clearTimeout(timer);
      // What an aborted fetch rejects with, whatever it is.
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
