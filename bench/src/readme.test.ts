import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { EXPERIMENTS } from './experiments/index.js';
import { MEASURES } from './registry.js';
import { WORKSPACE } from './run/folder.js';
import { budgetWithUnit } from './run/measure.js';

const README = readFileSync(join(WORKSPACE, 'bench/README.md'), 'utf8');

/** Name and budget of each row. */
const [, table = ''] = README.split('\n| measure');
const rows = [...table.split('\n\n')[0]!.matchAll(/^\| `(\w+)` +\| ([^|]+?) +\|/gm)].map(
  ([, name, budget]) => [name, budget],
);

test('README.md has every measure, in the order in which they run, with the budget that it has', () => {
  expect(rows.map(([name]) => name)).toEqual(MEASURES.map(({ name }) => name));
  for (const measure of MEASURES)
    expect([measure.name, budgetWithUnit(measure)]).toEqual(rows.find(([row]) => row === measure.name));
});

test('README.md names every experiment', () => {
  for (const { name } of EXPERIMENTS) expect(README).toContain(`\`${name}\``);
});
