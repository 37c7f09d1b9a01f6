export interface Backoff {
  readonly minMs: number;
  readonly maxMs: number;
}

/** Exponential back-off with full jitter on its upper half: between half and all of min·2^(failures−1), at most max. */
export function backoffDelayMs({ minMs, maxMs }: Backoff, failures: number, random = Math.random): number {
  const ceilingMs = Math.min(maxMs, minMs * 2 ** (failures - 1));
  return Math.round(ceilingMs / 2 + (random() * ceilingMs) / 2);
}
