import { accessControl, Ruling, type DenialCode } from '@careledger/contracts';
import { Timestamp } from '@careledger/domain';
import { loadVectors, type VectorBody } from '@careledger/spec';
import { expect, test } from '@jest/globals';
import { Value } from 'typebox/value';
import {
  decide,
  termsOnRecord,
  type PolicyNow,
  type Request,
  type StandingGrant,
  type TaggedVersion,
} from './index.js';

/** Files of `spec/vectors/{valid,invalid}/grants`; documented in `spec/grants.md`. */
type GrantVector = VectorBody & {
  /** When it has to count. */
  readonly at: string;
  readonly policy: PolicyNow;
  readonly grants: readonly StandingGrant[];
  readonly request: Request;
  /** What the ledger has of the version, where the request's tags are by it. */
  readonly version?: TaggedVersion;
  /** Valid ones: the permit. */
  readonly decision?: Ruling;
  /** Invalid ones: the reason of the denial. */
  readonly code?: DenialCode;
  /** The denial that brought it about, if one did. */
  readonly rule?: string;
};

const valid = loadVectors<GrantVector>('valid', 'grants');
const invalid = loadVectors<GrantVector>('invalid', 'grants');

const decisionOf = ({ request, policy, grants, at }: GrantVector) =>
  decide(request, policy, grants, Date.parse(at));

test.each([...valid, ...invalid])('$name is a question that the ledger takes', ({ request, at }) => {
  expect(Value.Errors(accessControl.transactions.Decide.args, request)).toEqual([]);
  expect(Value.Check(Timestamp, at)).toBe(true);
});

const ofVersions = [...valid, ...invalid].flatMap(({ name, request, version }) =>
  version === undefined ? [] : [{ name, request, version }],
);

test.each(ofVersions)('$name asks about what the version holds by the ledger', ({ request, version }) => {
  const { patientId, author, tagGroups, period, isUnconfirmed, isDetail } = request;
  expect({ patientId, author }).toEqual({ patientId: version.patientId, author: version.author });
  expect({ tagGroups, period, isUnconfirmed, isDetail }).toEqual(termsOnRecord(version));
});

test.each(valid)('permitted: $name', (vector) => {
  const decision = decisionOf(vector);
  expect(decision).toEqual(vector.decision);
  expect(Value.Check(Ruling, decision)).toBe(true);
});

test.each(invalid)('denied: $name', (vector) => {
  const { code: reason, rule: grantId } = vector;
  const { version: policyVersion } = vector.policy;
  const named = grantId === undefined ? {} : { grantId };
  expect(decisionOf(vector)).toEqual({ decision: 'deny', reason, policyVersion, ...named });
});

test.each([...valid, ...invalid])('$name is decided alike in whatever order the grants come', (vector) => {
  expect(decisionOf({ ...vector, grants: vector.grants.toReversed() })).toEqual(decisionOf(vector));
});
