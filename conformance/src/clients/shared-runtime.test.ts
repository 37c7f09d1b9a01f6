import { expect, test } from '@jest/globals';
import { withSharedRuntime } from './shared-runtime.js';

const service = (name: string, runtime: string) => ({
  folder: `/generated/${name}`,
  files: new Map([
    ['core/types.ts', runtime],
    ['sdk.ts', "import type { A } from './core/types.js';\nimport { B } from './types.js';"],
  ]),
});

test('what is the same for every service is there once, and imported from there', () => {
  const trees = withSharedRuntime([service('a', 'same'), service('b', 'same')], '/generated/runtime');
  expect(trees.map(({ folder, files }) => [folder, [...files]])).toEqual([
    ...['a', 'b'].map((name) => [
      `/generated/${name}`,
      [['sdk.ts', "import type { A } from '../runtime/core/types.js';\nimport { B } from './types.js';"]],
    ]),
    ['/generated/runtime', [['core/types.ts', 'same']]],
  ]);
});

test('what differs is not taken for the same', () => {
  expect(() => withSharedRuntime([service('a', 'one'), service('b', 'two')], '/generated/runtime')).toThrow(
    'different core/types.ts',
  );
});
