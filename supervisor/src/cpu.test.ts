import { expect, test } from '@jest/globals';
import { cpuTimeMs } from './cpu.js';

test('CPU time of a process grows with what it does, and is none of one that is gone', () => {
  const before = cpuTimeMs(process.pid);
  const start = process.cpuUsage();
  // By its own time: a machine that does much else gives a process less than it waits.
  while (spentMs(start) < 300);
  const spent = spentMs(start);
  const counted = cpuTimeMs(process.pid) - before;
  // Two readings, each by the tick.
  expect(Math.abs(counted - spent)).toBeLessThanOrEqual(50);
  expect(cpuTimeMs(2 ** 30)).toBe(0);
});

function spentMs(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1_000;
}
