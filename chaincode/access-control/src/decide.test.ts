import type { PolicyState } from '@careledger/contracts';
import { describe, expect, test } from '@jest/globals';
import { decide, type Request } from './decide.js';
import type { LiveGrant } from './families.js';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const policy: PolicyState = { patientId: 'pat_a', version: 3, revokedThroughSeq: 0 };
const request: Request = {
  patientId: 'pat_a',
  requester: 'aut_hospital',
  granteeTags: ['ward-1'],
  permission: 'read',
  purpose: 'TREAT',
  scopeTags: ['vitals', 'all'],
};
const grant: LiveGrant = {
  patientId: 'pat_a',
  grantId: 'g1',
  policySeq: 5,
  authorityId: 'aut_hospital',
  granteeTags: [],
  permissions: ['read'],
  scopeTags: [],
  purposes: ['TREAT'],
  from: '2026-03-01T12:00:00Z',
  until: '2026-03-01T13:00:00Z',
  delegable: false,
  recordedAt: '2026-03-01T11:00:00.000Z',
  txId: 't',
};
const decideOn = (changed: Partial<LiveGrant>[], asked: Partial<Request> = {}, atMs = NOW) =>
  decide(
    { ...request, ...asked },
    policy,
    changed.map((each) => ({ ...grant, ...each })),
    atMs,
  );

describe('a decision', () => {
  test('counts a grant from its first millisecond to just before its last', () => {
    expect(decideOn([{}], {}, NOW - 1)).toMatchObject({ decision: 'deny', reason: 'GRANT_EXPIRED' });
    expect(decideOn([{}], {}, NOW)).toMatchObject({ decision: 'permit' });
    expect(decideOn([{}], {}, NOW + 3_599_999)).toMatchObject({ decision: 'permit' });
    expect(decideOn([{}], {}, NOW + 3_600_000)).toMatchObject({ decision: 'deny', reason: 'GRANT_EXPIRED' });
  });

  test('needs one grant that covers everything, not two that cover half each', () => {
    const halves = [{ purposes: ['HPAYMT' as const] }, { permissions: ['write' as const] }];
    expect(decideOn(halves)).toMatchObject({ decision: 'deny' });
    expect(decideOn([...halves, {}])).toMatchObject({ decision: 'permit' });
  });

  test('takes a grant without tags as unrestricted, one with tags as restricted to them', () => {
    expect(decideOn([{ scopeTags: ['vitals'], granteeTags: ['ward-1'] }])).toMatchObject({
      decision: 'permit',
    });
    expect(decideOn([{ scopeTags: ['labs'] }])).toMatchObject({ reason: 'SCOPE_NOT_GRANTED' });
    expect(decideOn([{ granteeTags: ['ward-2'] }])).toMatchObject({ reason: 'GRANTEE_MISMATCH' });
    expect(decideOn([{ scopeTags: ['labs'] }], { scopeTags: [] })).toMatchObject({ decision: 'deny' });
  });

  test('leaves out what a revoke-all covers, up to and including its number', () => {
    const at = (revokedThroughSeq: number) =>
      decide(request, { ...policy, revokedThroughSeq }, [grant], NOW).decision;
    expect([at(4), at(5), at(6)]).toEqual(['permit', 'deny', 'deny']);
  });

  test('lets an author read and correct, but make nothing new', () => {
    const author = { author: 'aut_hospital' };
    expect(decideOn([], author)).toMatchObject({ decision: 'permit', reason: 'AUTHOR' });
    expect(decideOn([], { ...author, permission: 'modify' })).toMatchObject({ reason: 'AUTHOR' });
    expect(decideOn([], { ...author, permission: 'write' })).toMatchObject({ decision: 'deny' });
  });

  test('names the policy version that it was made on', () => {
    expect(decideOn([])).toEqual({ decision: 'deny', reason: 'NO_GRANT', policyVersion: 3 });
    expect(decideOn([], { requester: 'pat_a' })).toMatchObject({ reason: 'OWNER', policyVersion: 3 });
  });
});
