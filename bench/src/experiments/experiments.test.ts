import { expect, test } from '@jest/globals';
import { blocks } from './private-chain/blocks.js';
import { endsOf, valueAt } from './experiment.js';
import { EXPERIMENTS, selectExperiments } from './index.js';

test('every experiment has a name of its own, and no name selects all', () => {
  const names = EXPERIMENTS.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(selectExperiments([])).toEqual(EXPERIMENTS);
  expect(selectExperiments(['mining']).map(({ name }) => name)).toEqual(['mining']);
});

test('an unknown experiment is refused with the names that there are', () => {
  expect(() => selectExperiments(['minig'])).toThrow(
    expect.objectContaining({ code: 'UNKNOWN_EXPERIMENT', message: expect.stringContaining('mining') }),
  );
});

test('blocks: a reading takes less of the chain the more share its block, and the text says by how much', async () => {
  const figures = await blocks.run({ folder: '', quick: true, progress: () => undefined });
  const [alone, many] = endsOf(figures, 'block-size', 'block');
  expect(alone.x).toBe(1);
  expect(alone.y / many.y).toBeGreaterThan(500);
  expect(valueAt(figures, 'block-size', 'block', 64)).toBeLessThan(10);
  expect(blocks.meaning(figures)).toMatch(/\d+ bytes of chain/);
});
