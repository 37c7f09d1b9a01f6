import { expect, test } from '@jest/globals';
import { delegatedSentence } from './index.js';

const ID = 'AAAAAAAAAAAAAAAAAAAAAQ';
const rule = {
  ...{ authorityId: 'aut_hospital', permissions: ['read'], purposes: ['TREAT', 'BTG'], status: 'active' },
} as const satisfies Parameters<typeof delegatedSentence>[1];
const said = { kind: 'grant', statementId: ID };

test('what a delegate granted or denied says whom, what and why, and whether it stands', () => {
  expect(delegatedSentence(said, { ...rule, until: '2027-01-01T00:00:00Z', status: 'revoked' })).toBe(
    'Allowed aut_hospital to read my records, within what it may decide about, for treatment and breaking the glass, ' +
      `until 2027-01-01T00:00:00Z (${ID}). It has ended.`,
  );
  const meaning = { scope: [{ category: 'laboratory', resourceType: '*' }, { label: 'R' }] };
  expect(delegatedSentence({ ...said, kind: 'deny' }, { ...rule, authorityId: '*', meaning })).toBe(
    'Forbade ANY authority to read my records of category laboratory (any kind) or labelled R (restricted), and no others, ' +
      `for treatment and breaking the glass (${ID}).`,
  );
  expect(delegatedSentence(said, undefined)).toContain('does not list');
});

test.each([
  ['revoke', `Ended the grant or denial ${ID}.`],
  ['reject', `Said no to the request ${ID}.`],
  ['end-delegation', `Ended the delegation ${ID}.`],
])('%s says what it is about', (kind, sentence) => {
  expect(delegatedSentence({ kind, statementId: 'BBBBBBBBBBBBBBBBBBBBBQ', about: ID }, undefined)).toBe(
    sentence,
  );
});
