import { describe, expect, test } from '@jest/globals';
import { dateSpan, type Span } from '../copies/date-span.js';
import { timeIn } from './date-parameter.js';

const spanOf = (text: string): Span => dateSpan(text) ?? { fromMs: NaN, toMs: NaN };
const BEFORE = spanOf('2026-05-04');
const WITHIN = spanOf('2026-05-05T10:00:00Z');
const AFTER = spanOf('2026-05-06');
/** From the day before into the day. */
const INTO = { fromMs: BEFORE.fromMs, toMs: WITHIN.toMs };
/** From the day into the next. */
const OUT_OF = { fromMs: WITHIN.fromMs, toMs: AFTER.toMs };
const ALL = { BEFORE, INTO, WITHIN, OUT_OF, AFTER };

/** What is found, by name; whatever is meant lies in the span that is looked at. */
function found(...values: string[]): string[] {
  const wanted = timeIn(values);
  if (wanted === undefined) throw new RangeError('No time');
  const { isOfTime, span } = wanted;
  const meant = Object.entries(ALL).filter(([, told]) => isOfTime(told));
  for (const [, told] of meant) expect(told.fromMs < span.toMs && told.toMs > span.fromMs).toBe(true);
  return meant.map(([name]) => name);
}

describe('a date that is searched by', () => {
  test.each([
    ['2026-05-05', ['WITHIN']],
    ['eq2026-05-05', ['WITHIN']],
    ['2026', ['BEFORE', 'INTO', 'WITHIN', 'OUT_OF', 'AFTER']],
    ['2026-05-05T10:00:00Z', ['WITHIN']],
    ['2026-05-05T12:00:00+02:00', ['WITHIN']],
    // A `+` of a query is a space.
    ['2026-05-05T12:00:00 02:00', ['WITHIN']],
    ['2026-05-05T10:00Z', ['WITHIN']],
    ['gt2026-05-05', ['OUT_OF', 'AFTER']],
    ['ge2026-05-05', ['WITHIN', 'OUT_OF', 'AFTER']],
    ['lt2026-05-05', ['BEFORE', 'INTO']],
    ['le2026-05-05', ['BEFORE', 'INTO', 'WITHIN']],
  ])('%s finds what R4 says', (value, names) => {
    expect(found(value)).toEqual(names);
  });

  test('several hold together', () => {
    expect(found('ge2026-05-05', 'lt2026-05-06')).toEqual(['WITHIN', 'OUT_OF']);
    expect(found('ge2026-05-05', 'le2026-05-05')).toEqual(['WITHIN']);
    expect(found('lt2026-05-05', 'gt2026-05-05')).toEqual([]);
    expect(timeIn([])).toBeUndefined();
  });

  test('a moment without length is found at the edges of its day', () => {
    const moment = { fromMs: spanOf('2026-05-05').fromMs, toMs: spanOf('2026-05-05').fromMs };
    for (const value of ['2026-05-05', 'ge2026-05-05', 'le2026-05-05']) {
      const { isOfTime, span } = timeIn([value]) ?? {};
      expect([isOfTime?.(moment), moment.toMs > (span?.fromMs ?? NaN)]).toEqual([true, true]);
    }
  });

  test.each([
    '',
    '26',
    '2026-13',
    '2026-02-30',
    '2026-5-5',
    'sa2026',
    'xx2026',
    '2026-05-05T10',
    '2026-05-05T25:00Z',
  ])('%j is none', (value) => {
    expect(() => timeIn([value])).toThrow(expect.objectContaining({ code: 'VALIDATION_FAILED' }));
  });
});
