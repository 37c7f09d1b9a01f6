import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { BenchError, type BenchErrorCode } from '../errors.js';
import { budgetText, meets, missedBy } from './budget.js';
import { costRatio, growthRatio, single } from './measure.js';
import { inTurn } from './rounds.js';
import { runMeasure } from './run.js';
import { isPassed, type Result } from './verdict.js';
import type { Budget } from './budget.js';

describe('a figure', () => {
  test('is the ratio of the medians, its range that of neighbouring rounds', () => {
    expect(costRatio([10, 20, 30], [5, 10, 30])).toEqual({
      ratio: 0.5,
      a: 20,
      b: 10,
      spread: { median: 0.5, min: 0.5, max: 1 },
    });
    expect(growthRatio([20], [10]).ratio).toBe(2);
  });

  test('without a counterpart is the ratio itself', () => {
    expect(single([300, 100, 200])).toMatchObject({ ratio: 200, a: 200, b: null });
  });
});

describe('a budget', () => {
  test('is kept at its limit', () => {
    expect(meets({ atLeast: 2 }, 2)).toBe(true);
    expect(meets({ atMost: 1.3 }, 1.3)).toBe(true);
    expect(meets({ atLeast: 2 }, 1.99)).toBe(false);
    expect(meets({ atMost: 1.3 }, 1.31)).toBe(false);
  });

  test('is not kept by something that is no number', () => {
    expect(meets({ atLeast: 2 }, Number.NaN)).toBe(false);
    expect(meets({ atMost: 2 }, Number.NaN)).toBe(false);
  });

  test('is missed by a share of its limit', () => {
    expect(missedBy({ atLeast: 2 }, 1.5)).toBeCloseTo(0.25);
    expect(missedBy({ atMost: 100 }, 112)).toBeCloseTo(0.12);
  });

  test('is written with its direction, and its absence, too', () => {
    expect(budgetText('reported')).toBe('reported');
    expect(budgetText({ atMost: 1000 })).toBe('≤ 1,000');
    expect(budgetText({ atLeast: 0.6 })).toBe('≥ 0.6');
  });
});

describe('rounds', () => {
  test('go in turn, and the warm-up is not counted', async () => {
    const order: string[] = [];
    const side = (name: string) => () => Promise.resolve(order.push(name));
    expect(await inTurn({ warmUp: 1, counted: 2 }, [side('a'), side('b')])).toEqual([
      [3, 5],
      [4, 6],
    ]);
    expect(order.join('')).toBe('ababab');
  });
});

describe('a measure passes', () => {
  const budget: Budget = { atLeast: 2 };
  const result = (measured: number, control: number): Result => ({
    measure: {
      name: 'test',
      unit: 'us',
      budget,
      a: '',
      b: null,
      what: '',
      controlWhat: '',
      run: () => Promise.reject(new Error('not run here')),
    },
    outcome: { measured: single([measured]), control: single([control]) },
  });

  test('only if its budget is kept and its control misses it', () => {
    expect(isPassed(result(3, 1))).toBe(true);
    expect(isPassed(result(1, 1))).toBe(false);
  });

  test('never if its control keeps the budget: then it can fail for nothing', () => {
    expect(isPassed(result(3, 3))).toBe(false);
  });

  test('never with a budget and no control', () => {
    const { measure } = result(3, 1);
    expect(isPassed({ measure, outcome: { measured: single([3]), control: null } })).toBe(false);
  });

  test('when it is only reported, whatever it is', () => {
    const measure = { ...result(3, 1).measure, budget: 'reported' as const };
    expect(isPassed({ measure, outcome: { measured: single([1]), control: null } })).toBe(true);
  });

  test('or is skipped when what it needs is not here, and nothing else that goes wrong is', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'careledger-bench-'));
    try {
      const context = { folder, quick: true, progress: () => undefined };
      const failing = (code: BenchErrorCode) => {
        const run = () => Promise.reject(new BenchError(code, 'no Fabric'));
        return runMeasure({ ...result(3, 1).measure, run }, context);
      };
      const skipped = await failing('NOT_HERE');
      expect(skipped).toMatchObject({ skipped: 'no Fabric' });
      expect(isPassed(skipped)).toBe(true);
      expect(isPassed(await failing('MEASURE_INVALID'))).toBe(false);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('never if it could not be taken', () => {
    expect(isPassed({ measure: result(3, 1).measure, error: new Error('no disk') })).toBe(false);
  });
});
