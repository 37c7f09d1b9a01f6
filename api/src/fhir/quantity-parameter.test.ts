import { exactJson } from '@careledger/crypto';
import { SYSTEM } from '@careledger/fhir';
import { describe, expect, test } from '@jest/globals';
import type { Json } from '../resources/json.js';
import { measuredBy } from '../resources/measured.js';
import { quantityIn } from './quantity-parameter.js';

/** An Observation's value, its number as it is written here. */
const quantity = (
  value: string,
  more: object = { system: SYSTEM.ucum, code: 'mmol/L', unit: 'mmol/l' },
): string => `{"valueQuantity":{"value":${value},${JSON.stringify(more).slice(1)}}`;
const finds = (parameter: string | readonly string[], told: string): boolean | undefined =>
  quantityIn([parameter].flat(), 'value-quantity')?.(measuredBy(exactJson(told) as Json));
/** Which of these values are found. */
const found = (parameter: string, ...values: string[]): string[] =>
  values.filter((value) => finds(parameter, quantity(value)));

describe('how exactly a number is written counts where it is to be equal', () => {
  test.each([
    ['100', ['99.5', '100', '100.49999999999999999999'], ['99.49999999999999999999', '100.5']],
    ['100.00', ['99.995', '100.0', '100.0049'], ['99.994', '100.005']],
    ['1e2', ['50', '100', '149.9'], ['49.9', '150']],
    ['5.40e-3', ['0.005395', '5.4e-3'], ['0.005394', '0.005405']],
    ['-5', ['-5.5', '-5', '-4.51'], ['-5.6', '-4.5']],
    ['0', ['-0.5', '0', '0.4'], ['0.5', '-0.51']],
  ])('%s', (number, equal, other) => {
    expect(found(number, ...equal, ...other)).toEqual(equal);
    expect(found(`eq${number}`, ...equal, ...other)).toEqual(equal);
    expect(found(`ne${number}`, ...equal, ...other)).toEqual(other);
  });

  test('and for no other prefix, to the last of eighteen digits', () => {
    const [less, same, more] = ['0.123456789012345677', '0.123456789012345678', '0.123456789012345679'];
    expect(found(`lt${same}`, less, same, more)).toEqual([less]);
    expect(found(`le${same}`, less, same, more)).toEqual([less, same]);
    expect(found(`gt${same}`, less, same, more)).toEqual([more]);
    expect(found(`ge${same}`, less, same, more)).toEqual([same, more]);
    expect(found(`sa${same}`, less, same, more)).toEqual([more]);
    expect(found(`eb${same}`, less, same, more)).toEqual([less]);
    expect(found('gt100', '100.1', '100')).toEqual(['100.1']);
  });

  test('about is a tenth to either side', () => {
    expect(found('ap100', '89.9', '90', '110', '110.1')).toEqual(['90', '110']);
    expect(found('ap-100', '-110.1', '-110', '-90', '-89.9')).toEqual(['-110', '-90']);
  });
});

describe('the unit', () => {
  test.each([
    ['5.4', [true, true, true, true]],
    [`5.4|${SYSTEM.ucum}|mmol/L`, [true, false, false, false]],
    ['5.4||mmol/L', [true, true, false, true]],
    ['5.4||mmol/l', [true, false, false, false]],
    [`5.4|${SYSTEM.ucum}|mg/dL`, [false, false, true, false]],
  ])('of %s is what it says, and none is converted', (parameter, expected) => {
    const told = [
      quantity('5.4'),
      quantity('5.4', { unit: 'mmol/L' }),
      quantity('5.4', { system: SYSTEM.ucum, code: 'mg/dL' }),
      quantity('5.4', { system: 'urn:mine', code: 'mmol/L' }),
    ];
    expect(told.map((each) => finds(parameter, each))).toEqual(expected);
  });
});

test('one of a list is enough, and each parameter has to hold', () => {
  expect(found('lt3,gt10', '2', '5', '11')).toEqual(['2', '11']);
  const within = ['ge3', 'le10'];
  expect(['2', '5', '11'].filter((value) => finds(within, quantity(value)))).toEqual(['5']);
});

test('a value that is said to be below or above something is all that it may be', () => {
  const below = quantity('5', { comparator: '<' });
  const from = quantity('5', { comparator: '>=' });
  const told = (parameter: string) => [finds(parameter, below), finds(parameter, from)];
  expect(told('5')).toEqual([false, false]);
  expect(told('ne5')).toEqual([true, true]);
  expect(told('lt5')).toEqual([true, false]);
  expect(told('eb5')).toEqual([true, false]);
  expect(told('gt5')).toEqual([false, true]);
  expect(told('sa5')).toEqual([false, false]);
  expect(told('ge4')).toEqual([true, true]);
  expect(told('lt1')).toEqual([true, false]);
  expect(told('gt1000')).toEqual([false, true]);
});

describe('of samples the bounds count', () => {
  const sampled = (data: string, more: object = {}) =>
    JSON.stringify({
      valueSampledData: {
        ...{
          origin: { value: 2, system: SYSTEM.ucum, code: 'mmol/L' },
          period: 1,
          factor: 0.1,
          dimensions: 1,
        },
        ...{ data, ...more },
      },
    });
  test.each([
    ['ge9.3', '10 73 E 30', true],
    ['gt9.3', '10 73 E 30', false],
    ['lt3', '10 73 30', false],
    ['lt3', '10 L 73', true],
    ['gt9.3', '10 73 U', true],
    [`lt4|${SYSTEM.ucum}|mmol/L`, '10 73', true],
    [`lt4|${SYSTEM.ucum}|mg/dL`, '10 73', false],
    ['9', '70 71', true],
    ['ne9', '70 71', false],
    ['lt100', 'E E', false],
    ['lt100', '', false],
  ])('%s of %j: %s', (parameter, data, expected) => {
    expect(finds(parameter, sampled(data))).toBe(expected);
  });

  test('and of what has no origin, or another value, there are none', () => {
    expect(finds('lt100', sampled('1 2', { origin: {} }))).toBe(false);
    expect(finds('ne1', '{"valueString":"5.4"}')).toBe(false);
    expect(finds('ne1', '{"valueQuantity":{"unit":"mmol/L"}}')).toBe(false);
    expect(finds('ne1', '{}')).toBe(false);
  });
});

test('a number of a million digits, or with a great exponent, is compared at once', () => {
  const started = performance.now();
  expect(found('lt5', `0.${'1'.repeat(1_000_000)}`)).toHaveLength(1);
  expect(found('lt5', '1e-999999999')).toHaveLength(1);
  expect(performance.now() - started).toBeLessThan(5_000);
});
