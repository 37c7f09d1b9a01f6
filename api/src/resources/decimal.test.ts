import { expect, test } from '@jest/globals';
import { compareDecimals, decimalOf, type Decimal } from './decimal.js';

const of = (text: string): Decimal => {
  const decimal = decimalOf(text);
  if (decimal === undefined) throw new RangeError(text);
  return decimal;
};

const RISING = [
  ...['-1e400', '-12', '-1.5', '-0.2', '-0.19', '-1e-400', '0', '1e-400', '0.19', '0.2'],
  ...[
    '0.123456789012345678e1',
    '1.23456789012345679',
    '5.39999999999999999999',
    '5.4',
    '5.41',
    '12',
    '1e400',
  ],
];

test('decimals are compared to their last digit, however large and however long', () => {
  for (const [index, a] of RISING.entries())
    for (const [other, b] of RISING.entries())
      expect([a, b, Math.sign(compareDecimals(of(a), of(b)))]).toEqual([a, b, Math.sign(index - other)]);
});

test.each([
  ['5.4', '5.40'],
  ['0', '-0.00'],
  ['1e2', '100'],
  ['1.50E+2', '150'],
  ['0012', '12'],
])('%s and %s are the same', (a, b) => {
  expect(compareDecimals(of(a), of(b))).toBe(0);
});

test('one whose exponent has more digits than numbers have is compared at once', () => {
  expect(compareDecimals(of('1e999999999999'), of('1e999999999998'))).toBeGreaterThan(0);
});

test.each(['', '.5', '5.', '+5', '1e', '1,5', '0x10', 'NaN', 'Infinity', '5 '])('%j is none', (text) => {
  expect(decimalOf(text)).toBeUndefined();
});
