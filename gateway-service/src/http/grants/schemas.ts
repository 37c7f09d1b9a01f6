import { CompactJws, DelegationPath, NoticeRank } from '@careledger/contracts';
import {
  AuthorityId,
  AuthorityKind,
  Id128,
  IncludesDetail,
  MspId,
  PatientId,
  Period,
  Permission,
  PractitionerId,
  PublicKey,
  PurposeOfUse,
  RuleSubject,
  ScopeTerm,
  Timestamp,
  closedObject,
} from '@careledger/domain';
import { GrantMeaning } from '@careledger/protocol';
import { Next } from '@careledger/service-kit';
import { Type, type Static } from 'typebox';
import { DecisionView } from '../decisions/schemas.js';
import { Passphrase } from '../schemas.js';

const word = Type.String({ minLength: 1, maxLength: 64 });

export const AuthorityParams = Type.Object({ authorityId: AuthorityId });
/** What the patient's signer holds against the key that the authority publishes itself. */
export const AuthorityView = Type.Object(
  {
    authorityId: AuthorityId,
    mspId: MspId,
    kind: AuthorityKind,
    /** X25519, raw: grants are sealed to it. */
    encryptionKey: PublicKey,
  },
  { title: 'AuthorityView' },
);
export type AuthorityView = Static<typeof AuthorityView>;

export const GrantParams = Type.Object({ patientId: PatientId, grantId: Id128 });

/** Of what a grant or a denial is, and for how long. */
const RuleTermsBody = {
  /** None: every record. */
  scope: Type.Optional(Type.Array(ScopeTerm, { maxItems: 16 })),
  /** None: anybody within the authority. */
  grantee: Type.Optional(
    Type.Array(
      Type.Union([
        closedObject({ unit: word }),
        closedObject({ role: word }),
        closedObject({ practitionerId: PractitionerId }),
      ]),
      { maxItems: 16 },
    ),
  ),
  from: Type.Optional(Timestamp),
  until: Type.Optional(Timestamp),
  period: Type.Optional(
    Type.Object(Period.properties, {
      title: 'RulePeriod',
      additionalProperties: false,
      description: 'Of which time the records are: of a grant those within, of a denial those that touch it',
    }),
  ),
  note: Type.Optional(Type.String({ maxLength: 1_000 })),
};

/** What the patient may say of a grant, besides whom it is for. */
export const GrantTermsBody = {
  permissions: Type.Array(Permission, { minItems: 1, uniqueItems: true }),
  purposes: Type.Array(PurposeOfUse, { minItems: 1, uniqueItems: true }),
  ...RuleTermsBody,
  delegable: Type.Optional(Type.Boolean()),
  /** Who is told of an emergency first, 1 unless said; the next rank is where nobody acknowledges in time. */
  noticeRank: Type.Optional(NoticeRank),
  /** With the single measured values. */
  detail: Type.Optional(IncludesDetail),
};

/** Ready from the patient's app. */
const Ready = closedObject({ statement: CompactJws });
export const ReadyOrPassphrase = Type.Union([Ready, closedObject({ passphrase: Passphrase })]);
export type ReadyOrPassphrase = Static<typeof ReadyOrPassphrase>;

export const GrantBody = Type.Union([
  Ready,
  closedObject({
    grant: closedObject({ authorityId: AuthorityId, ...GrantTermsBody }),
    passphrase: Passphrase,
  }),
]);
export type GrantBody = Static<typeof GrantBody>;

export const DenialBody = Type.Union([
  Ready,
  closedObject({
    denial: closedObject({
      authorityId: Type.Optional(RuleSubject),
      permissions: Type.Optional(GrantTermsBody.permissions),
      purposes: Type.Optional(GrantTermsBody.purposes),
      ...RuleTermsBody,
    }),
    passphrase: Passphrase,
  }),
]);
export type DenialBody = Static<typeof DenialBody>;

export const SignRevocationBody = closedObject({ grantId: Type.Optional(Id128), passphrase: Passphrase });
export type SignRevocationBody = Static<typeof SignRevocationBody>;

/** How often the consent key had been replaced when it numbered: each one's numbers begin with 1. */
const Epoch = Type.Integer({
  minimum: 0,
  description: 'Of the consent key that numbers so: how often it had been replaced',
});

export const GrantView = Type.Object(
  {
    grantId: Id128,
    patientId: PatientId,
    /** `*`: a denial to any. */
    authorityId: RuleSubject,
    policySeq: Type.Integer(),
    epoch: Epoch,
    /** pending: no channel has it yet; refused: none will. */
    status: Type.String(),
    permissions: Type.Array(Permission),
    purposes: Type.Array(PurposeOfUse),
    from: Timestamp,
    until: Type.Optional(Timestamp),
    period: Type.Optional(Period),
    /** It covers the single measured values as well. */
    detail: Type.Optional(IncludesDetail),
    subscriptionId: Type.Optional(Id128),
    /** What its tags mean; absent where the patient's app made it. */
    meaning: Type.Optional(GrantMeaning),
    /** By which delegations it was signed, where a delegate made it. */
    path: Type.Optional(DelegationPath),
    madeAt: Timestamp,
    revokedAt: Type.Optional(Timestamp),
    channels: DecisionView.properties.channels,
  },
  { title: 'GrantView' },
);
export type GrantView = Static<typeof GrantView>;

export const GrantsPage = Type.Object({
  grants: Type.Array(GrantView),
  nextPolicySeq: Type.Integer(),
  epoch: Epoch,
  next: Next,
});
export type GrantsPage = Static<typeof GrantsPage>;

export const DenialsPage = Type.Object({
  denials: Type.Array(GrantView),
  nextPolicySeq: Type.Integer(),
  epoch: Epoch,
  next: Next,
});
export type DenialsPage = Static<typeof DenialsPage>;
