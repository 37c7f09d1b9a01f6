import type { CloseableAsyncIterable } from '@hyperledger/fabric-gateway';
import { jitteredDelayMs, pause } from '../delay.js';
import { LedgerError } from '../error.js';
import { isReconnectable, translateEarly } from '../fabric/translate.js';
import { RECONNECT_MAX_DELAY_MS, RECONNECT_MIN_DELAY_MS } from '../limits.js';

export interface ReadOptions {
  readonly signal: AbortSignal;
  /** Told of each break, so that a service can log it and say that it lags. */
  readonly onReconnect?: (error: LedgerError, failuresInARow: number) => void;
}

/**
 * Reads a stream of the peer and, whenever it breaks or ends, opens it again; `open` must go on after
 * what was yielded last. Ends when the signal aborts.
 * @throws LedgerError for what a new connection cannot repair
 */
export async function* reconnecting<T>(
  what: string,
  open: () => Promise<CloseableAsyncIterable<T>>,
  { signal, onReconnect }: ReadOptions,
): AsyncGenerator<T, void, undefined> {
  let failures = 0;
  while (!signal.aborted) {
    let broken = new LedgerError('UNAVAILABLE', `${what}: the peer ended the stream`);
    let stream: CloseableAsyncIterable<T> | undefined;
    const close = (): void => stream?.close();
    try {
      stream = await open();
      signal.addEventListener('abort', close);
      if (signal.aborted) return;
      for await (const item of stream) {
        failures = 0;
        if (signal.aborted) return;
        yield item;
      }
    } catch (cause) {
      if (signal.aborted) return;
      const error = translateEarly('read', what, cause);
      if (!isReconnectable(error)) throw error;
      broken = error;
    } finally {
      signal.removeEventListener('abort', close);
      close();
    }
    failures += 1;
    onReconnect?.(broken, failures);
    await pause(jitteredDelayMs(failures, RECONNECT_MIN_DELAY_MS, RECONNECT_MAX_DELAY_MS), signal);
  }
}
