import { describe, expect, test } from '@jest/globals';
import type { Role } from '../msp/roles.js';
import { satisfies } from './evaluate.js';
import type { Signer } from './evaluate.js';
import { endorsingSets } from './org-sets.js';
import { parsePolicy } from './parse.js';
import { policyFromBytes, policyToProto } from './policy-proto.js';

const ORGANISATIONS = ['A', 'B', 'C', 'D', 'E'];

function signer(text: string, id = text): Signer {
  const [mspId, role] = text.split('.') as [string, Role];
  return {
    id,
    satisfies: (wanted) => wanted.mspId === mspId && (wanted.role === 'member' || wanted.role === role),
  };
}

const holds = (policy: string, ...signers: Signer[]): boolean =>
  satisfies(parsePolicy(policy, ORGANISATIONS), signers);

describe('endorsement policies', () => {
  test('AND, OR and OutOf, nested and in any of their spellings', () => {
    expect(holds("AND('A.peer','B.peer')", signer('A.peer'), signer('B.peer'))).toBe(true);
    expect(holds("AND('A.peer','B.peer')", signer('A.peer'))).toBe(false);
    expect(holds("or('A.peer', and('B.peer','C.peer'))", signer('B.peer'), signer('C.peer'))).toBe(true);
    expect(holds('OutOf(2, "A.member", "B.member", "C.member")', signer('A.client'), signer('C.admin'))).toBe(
      true,
    );
    expect(holds("OutOf(3,'A.member','B.member','C.member')", signer('A.peer'), signer('C.peer'))).toBe(
      false,
    );
  });

  test('roles are exact, except that everybody is a member', () => {
    expect(holds("OR('A.admin')", signer('A.peer'))).toBe(false);
    expect(holds("OR('A.client')", signer('A.client'))).toBe(true);
    expect(holds("OR('A.member')", signer('B.admin'))).toBe(false);
  });

  test('double counting: one identity satisfies one principal, however often it signs', () => {
    const policy = "AND('A.peer','A.peer')";
    expect(holds(policy, signer('A.peer'))).toBe(false);
    expect(holds(policy, signer('A.peer', 'one'), signer('A.peer', 'one'))).toBe(false);
    expect(holds(policy, signer('A.peer', 'one'), signer('A.peer', 'two'))).toBe(true);
  });

  test('a branch that fails gives back the identities it had taken', () => {
    expect(holds("OR(AND('A.peer','B.peer'), 'A.peer')", signer('A.peer'))).toBe(true);
  });

  test('references count organisations, each satisfied by a peer of its own', () => {
    const peers = ['A.peer', 'B.peer', 'C.peer'].map((each) => signer(each));
    expect(holds('MAJORITY Endorsement', ...peers)).toBe(true);
    expect(holds('MAJORITY Endorsement', ...peers.slice(1))).toBe(false);
    expect(holds('ANY Endorsement', ...peers.slice(2))).toBe(true);
    expect(holds('ALL Endorsement', ...peers)).toBe(false);
    expect(
      holds('MAJORITY Endorsement', signer('A.peer', '1'), signer('A.peer', '2'), signer('A.peer', '3')),
    ).toBe(false);
    expect(holds('ANY Endorsement', signer('A.admin'))).toBe(false);
  });

  test.each([
    ["AND('A.peer'", 'lacks ")"'],
    ['AND()', 'where AND, OR, OutOf or a principal must stand'],
    ["OutOf(3,'A.peer')", 'asks for 3 of 1'],
    ["OR('A.king')", 'MSPID.member, .admin, .client or .peer'],
    ["'A.peer' 'B.peer'", 'ends too late'],
    ['AND(A.peer)', 'cannot read from character'],
  ])('%s is refused', (policy, message) => {
    expect(() => parsePolicy(policy, ORGANISATIONS)).toThrow(message);
  });

  test('a policy survives its way through protobuf', () => {
    const policy = parsePolicy("OutOf(2,'A.peer',OR('B.admin','C.client'),'A.peer')", ORGANISATIONS);
    const read = policyFromBytes(policyToProto(policy).serializeBinary());
    expect(read).toEqual(policy);
  });

  test('bytes that are no policy can be satisfied by nobody', () => {
    expect(satisfies(policyFromBytes(Buffer.from('no policy')), [signer('A.peer')])).toBe(false);
  });
});

describe('who has to endorse', () => {
  const sets = (policy: string, preferred?: string): string[][] =>
    endorsingSets([parsePolicy(policy, ORGANISATIONS)], ORGANISATIONS, preferred);

  test('the smallest sets, the preferred organisation first', () => {
    expect(sets("OutOf(2,'A.peer','B.peer','C.peer')", 'C')).toEqual([
      ['A', 'C'],
      ['B', 'C'],
      ['A', 'B'],
    ]);
    expect(sets('MAJORITY Endorsement', 'A')[0]).toHaveLength(3);
  });

  test('several policies at once, as when one chaincode calls another', () => {
    const policies = ["OR('A.peer','B.peer')", "AND('B.peer','C.peer')"].map((each) =>
      parsePolicy(each, ORGANISATIONS),
    );
    expect(endorsingSets(policies, ORGANISATIONS, 'A')).toEqual([['B', 'C']]);
  });

  test('a policy that peers cannot satisfy has no set', () => {
    expect(sets("OR('A.admin')")).toEqual([]);
    expect(sets("AND('A.peer','A.peer')")).toEqual([]);
  });
});
