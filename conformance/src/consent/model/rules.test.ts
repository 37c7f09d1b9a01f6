import { loadVectors, type VectorBody } from '@careledger/spec';
import { expect, test } from '@jest/globals';
import { verdictOf, type Rule, type Version } from './rules.js';

/** Files of `vectors/{valid,invalid}/grants`; see spec/grants.md. */
type GrantVector = VectorBody & {
  readonly at: string;
  readonly policy: { readonly revokedThroughSeq: number; readonly revokedThroughEpoch?: number };
  readonly grants: readonly (Omit<Rule, 'id' | 'denies' | 'seq'> & {
    readonly patientId: string;
    readonly grantId: string;
    readonly effect?: string;
    readonly policySeq: number;
    readonly revokedAt?: string;
    readonly epoch?: number;
    readonly path?: readonly string[];
  })[];
  readonly request: {
    readonly patientId: string;
    readonly requester: string;
    readonly granteeTags: readonly string[];
    readonly permission: string;
    readonly purpose: string;
    readonly tagGroups: Version['tagGroups'];
    readonly period?: Version['period'];
    readonly isUnconfirmed?: boolean;
    readonly author?: string;
    readonly isDetail?: boolean;
  };
};

/**
 * A reading of a version whose tags are as its author says, by rules of the patient's own, made with one key: the judge's clients
 * do nothing else.
 */
function isReading({ grants, policy, request }: GrantVector): boolean {
  const { permission, patientId, author = patientId, isUnconfirmed = false } = request;
  const isOfOneKey =
    policy.revokedThroughEpoch === undefined && grants.every(({ epoch }) => epoch === undefined);
  const isPatients = grants.every(({ path }) => path === undefined);
  return permission === 'read' && isUnconfirmed === (author !== patientId) && isOfOneKey && isPatients;
}

function isPermitted({ at, policy, grants, request }: GrantVector): boolean {
  const { patientId, author = patientId, tagGroups, period, isDetail = false } = request;
  const standing = grants.filter(
    (grant) =>
      grant.patientId === patientId &&
      grant.revokedAt === undefined &&
      (grant.effect === 'deny' || grant.policySeq > policy.revokedThroughSeq),
  );
  const rules = standing.map((grant) => ({
    ...grant,
    id: grant.grantId,
    denies: grant.effect === 'deny',
    seq: grant.policySeq,
  }));
  const version = { patientId, author, tagGroups, period, isDetail };
  return verdictOf(rules, { ...request, version }, Date.parse(at)).permit;
}

test.each(loadVectors<GrantVector>('valid', 'grants').filter(isReading))('permitted: $name', (vector) => {
  expect(isPermitted(vector)).toBe(true);
});

test.each(loadVectors<GrantVector>('invalid', 'grants').filter(isReading))('denied: $name', (vector) => {
  expect(isPermitted(vector)).toBe(false);
});
