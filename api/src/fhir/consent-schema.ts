import { IncludesDetail, closedObject } from '@careledger/domain';
import { SubscriptionMeaning } from '@careledger/protocol';
import { Type, type Static, type TSchema } from 'typebox';
import { CONSENT_EXTENSION } from './consent-codes.js';

const MEMBERS_MAX = 32;
const Text = Type.String({ minLength: 1, maxLength: 256 });
const some = <T extends TSchema>(item: T) => Type.Array(item, { minItems: 1, maxItems: MEMBERS_MAX });
const one = <T extends TSchema>(item: T) => Type.Array(item, { minItems: 1, maxItems: 1 });

/** `display` says what the code says; nobody looks at it. */
const Coding = closedObject({ system: Text, code: Text, display: Type.Optional(Text) });
const Concept = closedObject({ coding: one(Coding) });
const Reference = closedObject({
  reference: Type.Optional(Text),
  type: Type.Optional(Text),
  identifier: Type.Optional(closedObject({ system: Text, value: Text })),
});
/** The reason, and the time until which an answer is waited for. */
const Extension = closedObject({
  url: Text,
  valueString: Type.Optional(Type.String({ ...SubscriptionMeaning.properties.reason, minLength: 1 })),
  valueDateTime: Type.Optional(Text),
});
const Copy = closedObject({
  url: Type.Literal(CONSENT_EXTENSION.copy),
  extension: Type.Tuple([
    closedObject({ url: Type.Literal('purpose'), valueCode: Text }),
    closedObject({ url: Type.Literal('unit'), valueString: Type.String({ minLength: 1, maxLength: 64 }) }),
  ]),
});

const Detail = closedObject({ url: Type.Literal(CONSENT_EXTENSION.detail), valueBoolean: IncludesDetail });

const AskedProvision = closedObject({
  /** Each at most once. */
  extension: Type.Optional(some(Type.Union([Copy, Detail]))),
  type: Type.Optional(Text),
  period: Type.Optional(closedObject({ end: Text })),
  actor: one(closedObject({ role: Concept, reference: Reference })),
  action: some(Concept),
  purpose: some(Coding),
  securityLabel: Type.Optional(some(Coding)),
  class: Type.Optional(some(Coding)),
  code: Type.Optional(some(Concept)),
  data: Type.Optional(some(closedObject({ meaning: Text, reference: Reference }))),
});

/**
 * Of R4's Consent what a patient can be asked: whatever else it may say would be asked of nobody, and is refused. What a server says
 * of a resource (`id`, `meta`) is its own.
 */
export const AskedConsent = closedObject({
  resourceType: Type.Literal('Consent'),
  id: Type.Optional(Text),
  meta: Type.Optional(closedObject({ versionId: Type.Optional(Text), lastUpdated: Type.Optional(Text) })),
  extension: Type.Optional(some(Extension)),
  status: Text,
  scope: Concept,
  category: one(Concept),
  patient: Reference,
  policyRule: Concept,
  provision: AskedProvision,
});
export type AskedConsent = Static<typeof AskedConsent>;
export type AskedProvision = Static<typeof AskedProvision>;
export type AskedReference = Static<typeof Reference>;
