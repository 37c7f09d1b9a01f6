const MINUTE_MS = 60_000;
/** 2^28 minutes are 510 years: more than between any two measured times. */
export const MAX_SPAN_CLASS = 28;

/**
 * Class of the time that a block's readings span: the least c with span < 2^c minutes. Blocks are searched class by
 * class, so that one block with a reading of last year does not widen the search for all others.
 */
export function spanClassOf(minMs: number, maxMs: number): number {
  const minutes = Math.floor((maxMs - minMs) / MINUTE_MS);
  return Math.min(MAX_SPAN_CLASS, minutes === 0 ? 0 : 32 - Math.clz32(minutes));
}

/** No block of the class spans as much as this, in milliseconds. */
export function maxSpanMs(spanClass: number): number {
  return spanClass === MAX_SPAN_CLASS ? Number.MAX_SAFE_INTEGER / 4 : 2 ** spanClass * MINUTE_MS;
}
