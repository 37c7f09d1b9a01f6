import { setTimeout as sleep } from 'node:timers/promises';

/** Exponential, with jitter between half and all of it, so that clients in step fall out of it. */
export function jitteredDelayMs(attempt: number, minMs: number, maxMs: number): number {
  const ceilingMs = Math.min(maxMs, minMs * 2 ** (attempt - 1));
  return ceilingMs / 2 + (Math.random() * ceilingMs) / 2;
}

/** Waits; returns early, without an error, when the signal aborts. */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return;
  try {
    await sleep(ms, undefined, signal ? { signal } : {});
  } catch (error) {
    if (!signal?.aborted) throw error;
  }
}
