import { expect, test } from '@jest/globals';
import { GatewayClock } from './gateway-clock.js';
import { NEIGHBOUR_TOLERANCE_MS } from './limits.js';

test('the gateway’s clock is proved by a neighbour that agrees, and by none that does not', () => {
  const nowMs = Date.UTC(2026, 5, 1, 8);
  const warnings: unknown[] = [];
  const clock = new GatewayClock({
    clock: () => nowMs,
    logger: { warn: (line: unknown) => warnings.push(line) },
  });
  expect(clock.isProved).toBe(false);
  clock.seen(nowMs - NEIGHBOUR_TOLERANCE_MS - 1);
  clock.seen(nowMs - NEIGHBOUR_TOLERANCE_MS - 1);
  expect(clock.isProved).toBe(false);
  expect(warnings).toEqual([{ aheadMs: NEIGHBOUR_TOLERANCE_MS + 1 }]);
  clock.seen(nowMs + NEIGHBOUR_TOLERANCE_MS);
  expect(clock.isProved).toBe(true);
  clock.seen(nowMs + NEIGHBOUR_TOLERANCE_MS + 1);
  expect(clock.isProved).toBe(false);
});
