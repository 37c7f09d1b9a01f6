import { expect, test } from '@jest/globals';
import { tokensIn } from './token-parameter.js';

test('tokens are codes, of a system or of any, one of which is meant', () => {
  expect(tokensIn('code', 'http://loinc.org|718-7,2339-0')).toEqual(['http://loinc.org|718-7', '2339-0']);
  expect(tokensIn('code', 'a\\,b,c\\$')).toEqual(['a,b', 'c$']);
});

test.each(['', ',', 'a,', '|a', 'a|', 'a|b|c', 'a\\|b'])(
  '%j is refused: what is not understood would leave all in, or all out',
  (parameter) => {
    expect(() => tokensIn('code', parameter)).toThrow(expect.objectContaining({ code: 'VALIDATION_FAILED' }));
  },
);
