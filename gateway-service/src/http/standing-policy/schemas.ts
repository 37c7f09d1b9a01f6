import { STANDING_POLICY_NAMES } from '@careledger/consent';
import { CompactJws } from '@careledger/contracts';
import { Id128, RuleSubject, Timestamp, closedObject } from '@careledger/domain';
import { Type, type Static } from 'typebox';

/** More than a policy for every authority of a large network, with the ends of one before it. */
const STATEMENTS_MAX = 512;

const name = Type.Enum(STANDING_POLICY_NAMES, { title: 'StandingPolicyName' });
const version = Type.Integer({ minimum: 1 });

export const PolicyBody = closedObject({
  name,
  version,
  /** Ready from the patient's signer: what it grants and denies, and the ends of what stood before, in this order. */
  statements: Type.Array(CompactJws, { minItems: 1, maxItems: STATEMENTS_MAX }),
});
export type PolicyBody = Static<typeof PolicyBody>;

export const PolicyView = Type.Object(
  {
    name,
    version,
    status: Type.Union(
      [Type.Literal('refused'), Type.Literal('pending'), Type.Literal('in-force'), Type.Literal('changed')],
      {
        description:
          'refused: a ledger has not taken part of it; pending: some of it is on its way; in-force: each of its rules counts; ' +
          'changed: the patient has ended some of them since',
      },
    ),
    setAt: Timestamp,
    /** Its grants and denials: the routes of those show each in full. */
    rules: Type.Array(Type.Object({ grantId: Id128, authorityId: RuleSubject, status: Type.String() })),
  },
  { title: 'StandingPolicy' },
);
export type PolicyView = Static<typeof PolicyView>;

export const PolicyAnswer = Type.Object({
  /** The one that was set last; null before the first. */
  policy: Type.Union([PolicyView, Type.Null()]),
});
export type PolicyAnswer = Static<typeof PolicyAnswer>;
