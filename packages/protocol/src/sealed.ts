import { PractitionerId, SCOPE_TAGS_MAX, ScopeTerm, Tag, closedObject as object } from '@careledger/domain';
import { Type, type Static } from 'typebox';

/** `context` of every sealed blob (envelope's `encryptTo`), so that none can stand in for another. */
export const SEALED_CONTEXT = {
  /** In a `grant`: patient → authority, `GrantMeaning` as JSON. */
  grant: 'grant',
  /** In a `delegate`: patient → itself, `DelegateName` as JSON. */
  delegate: 'delegate',
  /** In a `requestSubscription`: authority → patient, `SubscriptionMeaning` as JSON. */
  subscriptionReason: 'subscription-reason',
  /** At enrolment: patient → gateway, the 32 bytes of the scope key; for a recovered consent key back again. */
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

const Salt = Type.String({
  pattern: '^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$',
  description: 'Salt, 32 bytes, base64url',
});

/** At which unit a copy is kept, and the salt of the hash that the ledger has of it. */
export const CopyUnit = object({ unit: Term, salt: Salt }, { title: 'CopyUnit' });
export type CopyUnit = Static<typeof CopyUnit>;

/** What a grant's tags mean: all that the authority ever learns of the patient's scope key. */
export const GrantMeaning = object({
  v: Type.Literal(1),
  scope: Type.Array(ScopeMeaning),
  grantee: Type.Array(GranteeMeaning),
  /** Of the copy that it lets the authority keep. */
  copy: Type.Optional(CopyUnit),
  /** The patient's own words. */
  note: Type.Optional(Type.String({ maxLength: 1_000 })),
});
export type GrantMeaning = Static<typeof GrantMeaning>;

/** Which records an authority asks for, and the salt of the hash that the ledger has of them. */
export const AskedScope = object({
  scope: Type.Array(ScopeTerm, { minItems: 1, maxItems: SCOPE_TAGS_MAX }),
  scopeSalt: Salt,
});
export type AskedScope = Static<typeof AskedScope>;

/** Why an authority asks for a subscription, to which records, and where it would keep a copy; for the patient to read. */
export const SubscriptionMeaning = object({
  v: Type.Literal(1),
  reason: Type.Optional(Type.String({ maxLength: 2_000 })),
  asked: Type.Optional(AskedScope),
  copy: Type.Optional(CopyUnit),
});
export type SubscriptionMeaning = Static<typeof SubscriptionMeaning>;

/** Who a delegate is, in the patient's words. */
export const DelegateName = object({
  v: Type.Literal(1),
  name: Type.String({ minLength: 1, maxLength: 64 }),
});
export type DelegateName = Static<typeof DelegateName>;

/** Where the authority keeps a visit's data. */
export const VisitLocation = object({
  url: Type.String({ maxLength: 512 }),
  id: Type.String({ maxLength: 64 }),
});
export type VisitLocation = Static<typeof VisitLocation>;
