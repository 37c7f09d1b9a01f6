import { expect, test } from '@jest/globals';
import { meaningOf } from '@careledger/consent';
import { delegationState } from '@careledger/contracts/examples';
import { hmacSha256 } from '@careledger/crypto';
import { ANY, type ScopeTerm } from '@careledger/domain';
import { EXAMPLE } from '@careledger/domain/examples';
import type { Delegation, Grant } from '../../consent/index.js';
import { subscription } from './examples.js';
import type { SubscriptionView } from './schemas.js';
import { isShown } from './shown-to-delegates.js';

const scopeKey = new Uint8Array(32).fill(7);
const LAB = { category: 'laboratory', resourceType: ANY };
const LAB_REPORTS = { category: 'laboratory', resourceType: 'DiagnosticReport' };
const { delegationId } = delegationState;

const everything: SubscriptionView = {
  ...subscription,
  ...{ status: 'pending', permissions: ['read'], purposes: ['TREAT'] },
};
delete everything.grantId;
delete everything.asked;
const asking = (...scope: ScopeTerm[]): SubscriptionView => ({
  ...everything,
  asked: { scope, scopeSalt: EXAMPLE.hash },
});
const tagsOf = (...scope: ScopeTerm[]): string[] =>
  meaningOf(hmacSha256, scopeKey, { authorityId: EXAMPLE.authorityId, scope }).scope.map(({ tag }) => tag);

interface Given {
  readonly terms?: Partial<Delegation['terms']>;
  readonly grantPath?: readonly string[];
  readonly isGranted?: true;
}
function shown(asked: SubscriptionView, { terms = {}, grantPath, isGranted }: Given = {}): boolean {
  const open = { acts: ['approve'], permissions: ['read'], purposes: ['TREAT'], scopeTags: [] };
  const delegation = {
    delegationId,
    terms: { ...delegationState, ...open, ...terms },
  } as unknown as Delegation;
  const isKnown = isGranted === true || grantPath !== undefined;
  const grant = isKnown ? ({ body: { ...(grantPath && { path: grantPath }) } } as Grant) : undefined;
  return isShown(asked, { delegation, scopeKey, grant });
}

test('a delegate that may approve sees what is open and it might approve at least in part', () => {
  expect(shown(asking(LAB))).toBe(true);
  expect(shown(asking(LAB), { terms: { acts: ['grant', 'revoke'] } })).toBe(false);
  expect(shown(asking(LAB), { terms: { permissions: ['write'] } })).toBe(false);
  expect(shown(asking(LAB), { terms: { purposes: ['ETREAT'] } })).toBe(false);
});

test('one that is bounded to some records sees who asks for some of them, or for every record', () => {
  const terms = { scopeTags: tagsOf(LAB) };
  expect(shown(asking(LAB), { terms })).toBe(true);
  expect(shown(asking(LAB_REPORTS), { terms })).toBe(true);
  expect(shown(asking({ label: 'PSY' }, LAB), { terms })).toBe(true);
  expect(shown(asking({ label: 'PSY' }), { terms })).toBe(false);
  expect(shown(asking({ category: 'vital-signs', resourceType: ANY }), { terms })).toBe(false);
  expect(shown(everything, { terms })).toBe(true);
  const author = 'aut_lab' as const;
  const byDoctor = asking({ author, practitionerId: 'dr-a' });
  expect(shown(byDoctor, { terms: { scopeTags: tagsOf({ author }) } })).toBe(true);
  expect(shown(byDoctor, { terms })).toBe(false);
});

test('of what was answered it sees what it, or whom it appointed, has approved', () => {
  const approved: SubscriptionView = { ...subscription, status: 'approved' };
  expect(shown(approved, { isGranted: true })).toBe(false);
  expect(shown(approved, { grantPath: ['B'.repeat(22)] })).toBe(false);
  expect(shown(approved, { grantPath: [delegationId] })).toBe(true);
  expect(shown(approved, { grantPath: [delegationId, 'B'.repeat(22)] })).toBe(true);
  for (const status of ['approved', 'rejected', 'lapsed', 'withdrawn'] as SubscriptionView['status'][])
    expect(shown({ ...everything, status })).toBe(false);
});
