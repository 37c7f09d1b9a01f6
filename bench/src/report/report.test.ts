import { describe, expect, test } from '@jest/globals';
import { MEASURES } from '../registry.js';
import { single } from '../run/measure.js';
import { jsonLine } from './json-line.js';
import { shown } from './number.js';
import { performanceDoc } from './performance-doc.js';
import { markdownTable, textTable } from './table.js';

test('a line for programs has exactly the five members', () => {
  const line = jsonLine('test', 'us', { ratio: 0.123456, a: 10, b: null });
  expect(JSON.parse(line)).toEqual({ name: 'test', ratio: 0.1235, a: 10, b: null, unit: 'us' });
});

test('numbers are shown with the digits that mean something', () => {
  expect([0.61234, 12.345, 1234.5, 3].map(shown)).toEqual(['0.612', '12.3', '1,235', '3']);
});

test('tables are aligned', () => {
  const rows = [
    ['name', 'x'],
    ['a', '10'],
  ];
  expect(textTable(rows)).toEqual(['name  x', 'a     10']);
  expect(markdownTable(rows)).toEqual(['| name | x   |', '| ---- | --- |', '| a    | 10  |']);
});

describe('docs/performance.md', () => {
  // Whatever its own budget is.
  const measure = { ...MEASURES[0]!, budget: { atLeast: 0.6 } };
  const figures = single([0.7, 0.75, 0.71]);
  const report = {
    date: '2026-01-02',
    machine: ['2 × processor'],
    load: ['0.1', '1.9'] as const,
    isDrawn: () => true,
  };

  test('has every figure, its control, the machine and the date', () => {
    const outcome = { measured: figures, control: single([0.3]) };
    const text = performanceDoc({ ...report, results: [{ measure: measure, outcome }] });
    expect(text).toContain('on 2026-01-02');
    expect(text).toMatch(/\| ingest_vs_verify_limit \| 0\.71 .*\| yes .*0\.3, fails as it must/);
    expect(text).toContain('- 2 × processor');
  });

  test('does not hide a measure that could not be taken, nor a control that passed', () => {
    const error = new Error('the demo failed');
    const outcome = { measured: figures, control: figures };
    const text = performanceDoc({
      ...report,
      results: [
        { measure: measure, error },
        { measure: measure, outcome },
      ],
    });
    expect(text).toContain('Not measured: the demo failed');
    expect(text).toContain('DOES NOT FAIL');
  });

  test('says by how much a measure misses, why, and where its time goes', () => {
    const outcome = { measured: single([0.45]), control: single([0.3]) };
    const missing = { ...measure, whyMissed: 'The disk\n    is slow.' };
    const results = [{ measure: missing, outcome }];
    const text = performanceDoc({ ...report, results });
    expect(text).toMatch(
      /is 0\.45 where ≥ 0\.6 is asked: it misses by 25\.0 %\. The disk is slow\. .*\(flamegraphs\/ingest_vs_verify_limit\.svg\)/,
    );
    expect(performanceDoc({ ...report, results, isDrawn: () => false })).not.toContain('.svg');
  });

  test('says nothing of misses where there are none: neither what is kept, nor reported, nor skipped', () => {
    const outcome = { measured: figures, control: single([0.3]) };
    const reported = { ...measure, name: 'only_reported', budget: 'reported' as const };
    const skipped = 'Fabric is not here';
    const text = performanceDoc({
      ...report,
      results: [
        { measure, outcome },
        { measure: reported, outcome: { measured: figures, control: null } },
        { measure: { ...measure, name: 'on_fabric' }, skipped },
      ],
    });
    expect(text).not.toContain('## What misses');
    expect(text).toMatch(/\| only_reported +\| 0\.71 +\| reported +\| – +\| 0\.7 to 0\.75 +\|/);
    expect(text).toMatch(/\| on_fabric +\| – +\| ≥ [0-9.]+ +\| skipped +\|/);
    expect(text).toContain('SKIPPED: Fabric is not here');
  });
});
