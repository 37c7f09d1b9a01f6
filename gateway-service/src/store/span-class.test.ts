import { expect, test } from '@jest/globals';
import { MAX_SPAN_CLASS, maxSpanMs, spanClassOf } from './span-class.js';

test('no span is as long as its class says, so that no block is missed', () => {
  for (const spanMs of [
    0,
    59_999,
    60_000,
    119_999,
    120_000,
    3_600_000,
    86_400_000,
    31_536_000_000,
    1e13,
    Date.UTC(9999, 11, 31),
  ]) {
    const spanClass = spanClassOf(0, spanMs);
    expect(spanClass).toBeLessThanOrEqual(MAX_SPAN_CLASS);
    expect(maxSpanMs(spanClass)).toBeGreaterThan(spanMs);
    if (spanClass > 0) expect(maxSpanMs(spanClass - 1)).toBeLessThanOrEqual(spanMs);
  }
});
