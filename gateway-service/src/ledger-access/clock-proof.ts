import { createHttpClient, HttpClientError, Worker, type Logger } from '@careledger/service-kit';
import { PROOF_INTERVAL_MS, PROOF_RETRY_MS, type GatewayClock } from '../device-clock/index.js';
import { PROOF_TIMEOUT_MS } from './limits.js';

export interface ClockProofOptions {
  readonly gatewayClock: GatewayClock;
  readonly providers: readonly { readonly url: string }[];
  readonly logger: Pick<Logger, 'warn' | 'error'>;
}

/** Asks providers for the time: right after the start and until one proves this gateway's clock, then now and then. */
export function startClockProof({ gatewayClock, providers, logger }: ClockProofOptions): Worker {
  const onDate = (dateMs: number): void => gatewayClock.seen(dateMs);
  const clients = providers.map(({ url }) =>
    createHttpClient({ baseUrl: url, retries: 0, timeoutMs: PROOF_TIMEOUT_MS, onDate }),
  );
  let askedMs = Number.NEGATIVE_INFINITY;
  return new Worker({
    name: 'clock-proof',
    idleMs: PROOF_RETRY_MS,
    logger,
    run: async (signal) => {
      if (gatewayClock.isProved && performance.now() - askedMs < PROOF_INTERVAL_MS) return false;
      askedMs = performance.now();
      for (const client of clients) {
        try {
          await client.bytes('GET', '/livez', { signal });
        } catch (error) {
          // Away, or a refusal, which bears a time as well.
          if (!(error instanceof HttpClientError)) throw error;
        }
        if (gatewayClock.isProved) break;
      }
      return false;
    },
  });
}
