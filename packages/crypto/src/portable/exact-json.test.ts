import { expect, test } from '@jest/globals';
import { exactJson } from './exact-json.js';
import { canonicalJson } from './json.js';

const SENT = [
  '5.40',
  '0.123456789012345678',
  '1.50E+2',
  '-0',
  '-0.0',
  '12345678901234567890',
  '1e400',
  '6.1',
  '7',
];

test.each(SENT)('%s is written as it was read, at any depth', (number) => {
  const text = `{"a":[{"value":${number}}],"b":"${number}","c":null}`;
  expect(JSON.stringify(exactJson(text))).toBe(text);
});

test('an escaped name is itself, whatever of its shape was read before', () => {
  exactJson('{"a":1,"\\\\u0062":2}');
  expect(exactJson('{"a":1,"\\u0062":2}')).toEqual({ a: 1, b: 2 });
});

test('a member that only looks like a kept number stays what it is', () => {
  const text = '{"rawJSON":"5.40"}';
  expect(JSON.stringify(exactJson(text))).toBe(text);
});

test('5.4 and 5.40 are told from each other', () => {
  expect(canonicalJson(exactJson('[5.40]'))).not.toBe(canonicalJson(exactJson('[5.4]')));
});
