import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { WORKSPACE } from '../run/folder.js';
import type { StoredProfile } from './profiler.js';
import { partsOf } from './self-time.js';
import { stacksOf } from './stacks.js';
import { flameSvg } from './svg.js';

const node = (id: number, functionName: string, url: string, children: number[] = []) => ({
  ...{ id, hitCount: 0, children },
  callFrame: { functionName, url, scriptId: '0', lineNumber: 0, columnNumber: 0 },
});

/** Samples a millisecond apart, from 1,000 ms on. */
function profileOf(samples: number[]): StoredProfile {
  const nodes = [
    node(1, '(root)', '', [2, 3]),
    node(2, '(idle)', ''),
    node(3, 'a', 'node:net', [4, 5]),
    node(4, 'b<c>', 'node:events'),
    node(5, '(garbage collector)', ''),
  ];
  const timeDeltas = samples.map(() => 1_000);
  return {
    ...{ program: join(WORKSPACE, 'bench/dist/x.worker.js'), isMainThread: true, startMs: 1_000 },
    profile: { nodes, startTime: 0, endTime: 0, samples, timeDeltas },
  };
}

test('only samples within the windows count, and waiting does not', () => {
  const stacks = stacksOf([profileOf([4, 4, 3, 2, 4, 5])], [{ startMs: 1_002.5, endMs: 1_005.5 }]);
  expect(stacks.total).toBe(2);
  expect(partsOf(stacks)).toEqual([
    { name: 'streams', share: 0.5 },
    { name: 'node', share: 0.5 },
  ]);
});

test('processes of one program are one, threads are apart, and who did nothing is left out', () => {
  const everything = [{ startMs: 0, endMs: 9_999 }];
  const [one, thread] = [profileOf([4, 3]), { ...profileOf([3]), isMainThread: false }];
  const stacks = stacksOf([one, one, thread, { ...profileOf([2]), program: 'idle.js' }], everything);
  expect([...stacks.calls.values()].map(({ name, total }) => [name, total])).toEqual([
    ['bench/x.worker', 4],
    ['bench/x.worker (a thread of it)', 1],
  ]);
});

test('a graph is an SVG of its own: no script, no address but that of SVG, names escaped, each as wide as its share', () => {
  const svg = flameSvg('a_measure', stacksOf([profileOf([4, 3])], [{ startMs: 0, endMs: 9_999 }]));
  expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
  expect(svg.replace('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:|<script|href|file:/);
  expect(svg).not.toContain(WORKSPACE);
  expect(svg).toContain('<title>b&lt;c&gt; (node:events) 50.0 %</title><rect x="0" y="64" width="599.5"');
});
