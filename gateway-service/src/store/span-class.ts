const MINUTE_MS = 60_000;
/** 2^32 minutes are 8,166 years: more than between any two times of frames, which are of the years 1970 to 9999. */
export const MAX_SPAN_CLASS = 32;

/**
 * Class of the time that a block's readings span: the least c with span < 2^c minutes. Blocks are searched class by
 * class, so that one block with a reading of last year does not widen the search for all others.
 */
export function spanClassOf(minMs: number, maxMs: number): number {
  const minutes = Math.floor((maxMs - minMs) / MINUTE_MS);
  return 32 - Math.clz32(minutes);
}

/** No block of the class spans as much as this, in milliseconds. */
export function maxSpanMs(spanClass: number): number {
  return 2 ** spanClass * MINUTE_MS;
}
