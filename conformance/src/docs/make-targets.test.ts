import { describe, expect, test } from '@jest/globals';
import { describedTargets, makeTargets } from './make-targets.js';

describe('targets of the Makefile', () => {
  test('are described in docs/operations.md, each once, and in no other page', () => {
    const expected = makeTargets().filter((target) => target !== 'help');
    expect(expected).toContain('up-native');
    expect(describedTargets().toSorted(byTarget)).toEqual(
      expected.map((target) => ({ page: 'docs/operations.md', target })).toSorted(byTarget),
    );
  });
});

const byTarget = (a: { target: string }, b: { target: string }): number => (a.target < b.target ? -1 : 1);
