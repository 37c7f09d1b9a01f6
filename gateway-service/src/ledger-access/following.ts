import { startWorker, type Logger, type Worker } from '@careledger/service-kit';

/** Until a stream is opened again after it ended, which it does only at a stop. */
const REOPEN_MS = 1_000;

/**
 * Follows a channel's events in the background. A stream that fails is opened again, from its checkpoint.
 * @param follow reads a stream until `signal` aborts
 */
export function startFollowing(
  name: string,
  follow: (signal: AbortSignal) => Promise<void>,
  logger: Pick<Logger, 'warn' | 'error'>,
): Worker {
  return startWorker({
    ...{ name, logger, idleMs: REOPEN_MS },
    run: async (signal) => {
      await follow(signal);
      return false;
    },
  });
}
