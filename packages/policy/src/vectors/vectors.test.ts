import { accessControl, Decision } from '@careledger/contracts';
import { Timestamp } from '@careledger/domain';
import { loadVectors } from '@careledger/spec';
import { expect, test } from '@jest/globals';
import { Value } from 'typebox/value';
import { decide } from '../index.js';
import { invalidGrants, validGrants, type GrantVector } from './grants.js';

const valid = loadVectors<GrantVector>('valid', 'grants');
const invalid = loadVectors<GrantVector>('invalid', 'grants');
const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);

const decisionOf = ({ request, policy, grants, at }: GrantVector) =>
  decide(request, policy, grants, Date.parse(at));

test('the files are what the generator makes', () => {
  expect(valid).toEqual(validGrants().sort(byName));
  expect(invalid).toEqual(invalidGrants().sort(byName));
});

test.each([...valid, ...invalid])('$name is a question that the ledger takes', ({ request, at }) => {
  expect(Value.Errors(accessControl.transactions.Decide.args, request)).toEqual([]);
  expect(Value.Check(Timestamp, at)).toBe(true);
});

test.each(valid)('permitted: $name', (vector) => {
  const decision = decisionOf(vector);
  expect(decision).toEqual(vector.decision);
  expect(Value.Check(Decision, decision)).toBe(true);
});

test.each(invalid)('denied: $name', (vector) => {
  const { version: policyVersion } = vector.policy;
  expect(decisionOf(vector)).toEqual({ decision: 'deny', reason: vector.code, policyVersion });
});

test.each([...valid, ...invalid])('$name is decided alike in whatever order the grants come', (vector) => {
  expect(decisionOf({ ...vector, grants: vector.grants.toReversed() })).toEqual(decisionOf(vector));
});
