import { describe, expect, test } from '@jest/globals';
import { describedTargets, makeTargets } from './make-targets.js';

describe('targets of the Makefile', () => {
  // The comment behind a target owns its description: a page that says something else is corrected by it.
  test('are in the tables of docs/operations.md, each once, with the description that `make help` prints', () => {
    const expected = makeTargets().filter(({ target }) => target !== 'help');
    expect(expected.map(({ target }) => target)).toContain('up-native');
    expect(describedTargets().toSorted(byTarget)).toEqual(
      expected.map((target) => ({ page: 'docs/operations.md', ...target })).toSorted(byTarget),
    );
  });
});

const byTarget = (a: { target: string }, b: { target: string }): number => (a.target < b.target ? -1 : 1);
