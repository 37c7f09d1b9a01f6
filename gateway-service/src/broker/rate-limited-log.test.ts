import { expect, test } from '@jest/globals';
import { RateLimitedLog } from './rate-limited-log.js';

test('a flood of one kind is ten lines a minute, the next minute says how many more; another kind is heard', () => {
  const lines: unknown[] = [];
  let nowMs = 0;
  const push = (details: unknown, message?: unknown): void => void lines.push([details, message]);
  const log = new RateLimitedLog({ info: push, warn: push }, () => nowMs);
  for (let n = 0; n < 1_000; n++) log.write('warn', 'a', { n }, 'flood');
  log.write('info', 'b', {}, 'other');
  expect(lines).toHaveLength(11);
  expect(lines.at(-1)).toEqual([{}, 'other']);
  nowMs = 60_000;
  log.write('warn', 'a', { n: 1_000 }, 'flood');
  log.write('warn', 'a', { n: 1_001 }, 'flood');
  expect(lines.slice(-2)).toEqual([
    [{ n: 1_000, suppressed: 990 }, 'flood'],
    [{ n: 1_001 }, 'flood'],
  ]);
});
