import { PractitionerId, ScopeTerm, Tag, closedObject as object } from '@careledger/domain';
import { Type, type Static } from 'typebox';

/** `context` of every sealed blob (envelope's `encryptTo`), so that none can stand in for another. */
export const SEALED_CONTEXT = {
  /** In a `grant`: patient → authority, `GrantMeaning` as JSON. */
  grant: 'grant',
  /** In a `requestSubscription`: authority → patient, `SubscriptionReason` as JSON. */
  subscriptionReason: 'subscription-reason',
  /** At enrolment: patient → gateway, the 32 bytes of the scope key. */
  scopeKey: 'scope-key',
  /** In a `visit`: authority → itself and the patient, `VisitLocation` as JSON. */
  visitLocation: 'visit-location',
} as const;

const Term = Type.String({ minLength: 1, maxLength: 64 });

/** One of the grant's scope tags in words: a {@link ScopeTerm} with its tag. */
export const ScopeMeaning = Type.Unsafe<ScopeTerm & { tag: string }>(
  Type.Union(ScopeTerm.anyOf.map(({ properties }) => object({ ...properties, tag: Tag }))),
);
export type ScopeMeaning = Static<typeof ScopeMeaning>;

/** One of the grant's grantee tags: a unit, a role or a practitioner of the authority. */
export const GranteeMeaning = Type.Union([
  object({ unit: Term, tag: Tag }),
  object({ role: Term, tag: Tag }),
  object({ practitionerId: PractitionerId, tag: Tag }),
]);
export type GranteeMeaning = Static<typeof GranteeMeaning>;

/** What a grant's tags mean: all that the authority ever learns of the patient's scope key. */
export const GrantMeaning = object({
  v: Type.Literal(1),
  scope: Type.Array(ScopeMeaning),
  grantee: Type.Array(GranteeMeaning),
  /** The patient's own words. */
  note: Type.Optional(Type.String({ maxLength: 1_000 })),
});
export type GrantMeaning = Static<typeof GrantMeaning>;

/** Why an authority asks for a subscription, for the patient to read. */
export const SubscriptionReason = object({ v: Type.Literal(1), reason: Type.String({ maxLength: 2_000 }) });
export type SubscriptionReason = Static<typeof SubscriptionReason>;

/** Where the authority keeps a visit's data. */
export const VisitLocation = object({
  url: Type.String({ maxLength: 512 }),
  id: Type.String({ maxLength: 64 }),
});
export type VisitLocation = Static<typeof VisitLocation>;
