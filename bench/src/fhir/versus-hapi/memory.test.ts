import { expect, test } from '@jest/globals';
import { peakResidentBytes } from '@careledger/supervisor';
import { API_PEAK_MAX_MB, missedBy, peakRows, peaksOf, type PeakPair } from './memory.js';
import type { FhirSide } from './side.js';

const pair = (oursMb: number): PeakPair => ({ after: 'loading', oursMb, othersMb: 2_000 });

test('the budget is the api’s alone, and its highest peak counts', () => {
  expect(missedBy([pair(100), pair(API_PEAK_MAX_MB)])).toBeUndefined();
  expect(missedBy([pair(300), pair(100)])).toBe(
    'The api had 300 MB in memory at its peak; its budget is 256 MB',
  );
});

test('what was not measured keeps no budget', () => {
  expect(missedBy([pair(0)])).toContain('had 0 MB');
});

test('the peaks of both servers are in MB, of what the kernel says', () => {
  const side = (peakBytes: number) => ({ peakBytes: () => peakBytes }) as FhirSide;
  const peaks = [peaksOf([side(200 * 1024 ** 2), side(1.5 * 1024 ** 3)], '1,000 observations loaded')];
  expect(peakRows(peaks)).toEqual([
    ['after', 'api, MB', 'HAPI, MB'],
    ['1,000 observations loaded', '200', '1,536'],
  ]);
});

test('a process has had at least what it has', () => {
  expect(peakResidentBytes(process.pid)).toBeGreaterThanOrEqual(process.memoryUsage.rss() * 0.9);
  // No process has such an id.
  expect(peakResidentBytes(2 ** 30)).toBe(0);
});
