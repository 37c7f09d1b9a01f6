import { expect, test } from '@jest/globals';
import type { ListedRule } from './answers.js';
import type { Signed } from './journal.js';
import { checkOwnState } from './own-state.js';

const patientId = `pat_${'a'.repeat(32)}`;
const [FORMER, NOW] = ['the former key', 'the key that signs'];
const file = { patientId, kid: NOW };

const rule = (grantId: string, policySeq: number, more: Partial<ListedRule> = {}): ListedRule => ({
  ...{ grantId, patientId, authorityId: 'aut_hospital', policySeq, status: 'active' },
  ...{ permissions: ['read'], purposes: ['TREAT'], from: '2026-01-01T00:00:00Z' },
  ...more,
});
const everything = (kid: string, policySeq: number): Signed => ({
  ...{ name: 'revokeAll', body: { policySeq }, sid: `${kid} ${policySeq}`, kid, isTaken: true },
});
const viewed = (grants: ListedRule[], nextPolicySeq = 1) => ({
  grants,
  denials: [],
  nextPolicySeq,
  epoch: 1,
});

test('numbers that a thief used up with the former key are none of the new key’s', () => {
  const highest = rule('thiefs', Number.MAX_SAFE_INTEGER - 1, { status: 'revoked' });
  expect(checkOwnState(file, [], viewed([highest])).policySeq).toBe(1);
  const own = rule('own', 3, { epoch: 1 });
  expect(() => checkOwnState(file, [], viewed([highest, own], 3))).toThrow(/although it has taken 3/);
  expect(checkOwnState(file, [], viewed([highest, own], 4)).policySeq).toBe(4);
  expect(() => checkOwnState(file, [], viewed([own], 2_000))).toThrow(/offers decision number 2000/);
});

test('a revoke-all ends what its key and those before it granted, whatever the numbers, and nothing of a later key', () => {
  const [before, after] = [rule('before', 60), rule('after', 1, { epoch: 1 })];
  const hidden = expect.objectContaining({ code: 'REVOCATION_HIDDEN' });
  expect(checkOwnState(file, [everything(FORMER, 50)], viewed([before, after], 2)).policySeq).toBe(2);
  expect(() => checkOwnState(file, [everything(FORMER, 60)], viewed([before], 2))).toThrow(hidden);
  expect(() => checkOwnState(file, [everything(NOW, 2)], viewed([before], 3))).toThrow(hidden);
  expect(() => checkOwnState(file, [everything(NOW, 2)], viewed([after], 3))).toThrow(hidden);
});

test('a revoke-all of a key from long ago is held against nothing that a later one gave, the present or not', () => {
  const given = (kid: string): Signed => ({
    ...{ name: 'grant', sid: `given by ${kid}`, kid, isTaken: false },
    body: { policySeq: 1 } as never,
  });
  const later = 'the key between them';
  const signed = [everything(FORMER, 50), given(later), given(NOW)];
  const rules = [
    rule(`given by ${later}`, 1, { epoch: 1 }),
    rule(`given by ${NOW}`, 2, { epoch: 2 }),
    // A thief's, with a key in the place of the former one, and before the present.
    rule('thiefs', 3, { epoch: 1 }),
  ];
  const view = { ...viewed(rules, 3), epoch: 2 };
  expect(checkOwnState(file, signed, view).policySeq).toBe(3);
  expect(() => checkOwnState(file, signed, { ...view, grants: [...rules, rule('before', 50)] })).toThrow(
    expect.objectContaining({ code: 'REVOCATION_HIDDEN' }),
  );
  expect(() => checkOwnState(file, [...signed, everything(later, 1)], view)).toThrow(
    expect.objectContaining({ code: 'REVOCATION_HIDDEN' }),
  );
});
