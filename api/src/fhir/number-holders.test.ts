import { expect, test } from '@jest/globals';
import { readerWith, signedInFor } from '../../testing/test-hospital.js';
import { holdersFor } from './number-holders.js';

const ANN = `pat_${'a'.repeat(32)}`;
const BEN = `pat_${'b'.repeat(32)}`;
const numbers = {
  holderOf: ({ system, value }: { system: string; value: string }) =>
    system === 'urn:oid:1.2.3' && value === '4711' ? ANN : undefined,
  holdersOf: (value: string) => (value === '4711' ? [ANN, BEN] : []),
};
const find = (system: string | undefined, scopes?: readonly string[], launchedFor?: string) => {
  const signIn = scopes && { signIn: signedInFor(scopes, launchedFor) };
  return holdersFor(readerWith({}, signIn).principal, { system, value: '4711' }, numbers);
};

test('a token of the configuration, and one that is for every Patient, finds whoever has a number', () => {
  for (const scopes of [undefined, ['user/Patient.rs'], ['user/*.s']]) {
    expect(find('urn:oid:1.2.3', scopes)).toEqual([ANN]);
    expect(find(undefined, scopes)).toEqual([ANN, BEN]);
    expect(find('urn:oid:9', scopes)).toEqual([]);
  }
});

test('to a token that is for another patient, for other types, or for no search, a number is one that nobody has', () => {
  for (const scopes of [['user/Observation.rs'], ['user/Patient.r'], ['patient/*.rs'], []]) {
    expect(find('urn:oid:1.2.3', scopes, BEN)).toEqual([]);
    expect(find(undefined, scopes, BEN)).toEqual(scopes.includes('patient/*.rs') ? [BEN] : []);
  }
});
