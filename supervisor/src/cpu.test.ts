import { expect, test } from '@jest/globals';
import { cpuTimeMs } from './cpu.js';

test('CPU time of a process grows with what it does, and is none of one that is gone', () => {
  const before = cpuTimeMs(process.pid);
  const untilMs = performance.now() + 300;
  while (performance.now() < untilMs);
  expect(cpuTimeMs(process.pid) - before).toBeGreaterThanOrEqual(100);
  expect(cpuTimeMs(2 ** 30)).toBe(0);
});
