import { DelegationPath, GrantState, SubscriptionState } from '@careledger/contracts';
import {
  AuthorityId,
  ChannelName,
  Id128,
  NetworkId,
  PatientId,
  PublicKey,
  RuleSubject,
} from '@careledger/domain';
import { AskedScope, CopyUnit, GrantMeaning } from '@careledger/protocol/sealed';
import { Type, type Static, type TSchema } from 'typebox';
import { Value } from 'typebox/value';
import { SignerError } from './errors.js';

const { policySeq, permissions, purposes, from, until, period, detail, subscriptionId, path } =
  GrantState.properties;

/** How often the consent key had been replaced that numbers so; absent: not once. */
const Epoch = Type.Integer({ minimum: 0 });

/** What the signer reads of the gateway's answers; members beyond are not looked at. */
const ListedRule = Type.Object({
  ...{ grantId: Id128, patientId: PatientId, authorityId: RuleSubject },
  ...{ policySeq, permissions, purposes, from, until, period, detail, subscriptionId, path },
  epoch: Type.Optional(Epoch),
  status: Type.Union([
    Type.Literal('pending'),
    Type.Literal('active'),
    Type.Literal('refused'),
    Type.Literal('revoked'),
  ]),
  meaning: Type.Optional(GrantMeaning),
});
/** A grant or a denial. */
export type ListedRule = Static<typeof ListedRule>;

const next = Type.Union([Type.String(), Type.Null()]);

export const GrantsAnswer = Type.Object({
  grants: Type.Array(ListedRule),
  nextPolicySeq: Type.Integer({ minimum: 1 }),
  epoch: Type.Optional(Epoch),
  next,
});

export const DenialsAnswer = Type.Object({
  denials: Type.Array(ListedRule),
  nextPolicySeq: Type.Integer({ minimum: 1 }),
  epoch: Type.Optional(Epoch),
  next,
});

export const SubscriptionsAnswer = Type.Object({
  subscriptions: Type.Array(
    Type.Object({
      ...SubscriptionState.properties,
      reason: Type.Optional(Type.String()),
      asked: Type.Optional(AskedScope),
      copyUnit: Type.Optional(CopyUnit),
    }),
  ),
  next,
});
export type AskedSubscription = Static<typeof SubscriptionsAnswer>['subscriptions'][number];

/** What gives tags, for the consent key that is in force. */
export const ScopeKeyAnswer = Type.Object({
  consentKey: PublicKey,
  firstKey: PublicKey,
  sealed: Type.String(),
});
export type ScopeKeyAnswer = Static<typeof ScopeKeyAnswer>;

const ListedRecovery = Type.Object({
  ...{ patientId: PatientId, recoveryId: Id128, reason: Type.String(), newKey: PublicKey },
  ...{ stage: Type.String(), openedBy: AuthorityId, confirmedBy: Type.Optional(AuthorityId) },
  ...{ takesEffectAt: Type.Optional(Type.String()), lapsesAt: Type.String() },
});
export type ListedRecovery = Static<typeof ListedRecovery>;

/** Recoveries of the consent key, by channel. */
export const RecoveriesAnswer = Type.Object({
  authorities: Type.Array(ListedRecovery),
  cloud: Type.Array(ListedRecovery),
});
export type RecoveriesAnswer = Static<typeof RecoveriesAnswer>;

/** Who decides for the patient, by the gateway's word. */
export const DelegatesAnswer = Type.Object({
  delegates: Type.Array(
    Type.Object({
      ...{ delegationId: Id128, patientId: PatientId, path: DelegationPath, status: Type.String() },
      ...{ name: Type.Optional(Type.String()), kind: Type.String(), until: Type.String() },
      acts: Type.Array(Type.String()),
    }),
  ),
  next,
});
export type ListedDelegate = Static<typeof DelegatesAnswer>['delegates'][number];

/** What they have decided. */
export const DelegatedAnswer = Type.Object({
  decisions: Type.Array(
    Type.Object({
      ...{ statementId: Id128, delegationId: Id128, kind: Type.String(), madeAt: Type.String() },
      ...{ name: Type.Optional(Type.String()), about: Type.Optional(Id128) },
    }),
  ),
  next,
});
export type DelegatedDecision = Static<typeof DelegatedAnswer>['decisions'][number];

/** The standing policy that the gateway says is set. */
export const PolicyAnswer = Type.Object({
  policy: Type.Union([
    Type.Object({ name: Type.String(), version: Type.Integer(), status: Type.String() }),
    Type.Null(),
  ]),
});
export type ListedPolicy = NonNullable<Static<typeof PolicyAnswer>['policy']>;

/** How an authority is reached, by the gateway's word. */
export const AuthorityAnswer = Type.Object({ authorityId: AuthorityId, encryptionKey: PublicKey });
export type AuthorityAnswer = Static<typeof AuthorityAnswer>;

/** The keys that a gateway offers to write and read with, for a patient who is to be registered. */
export const OfferAnswer = Type.Object({
  patientId: PatientId,
  networkId: NetworkId,
  gatewayKey: PublicKey,
  gatewayKeyProof: Type.String(),
  encryptionKey: PublicKey,
});
export type OfferAnswer = Static<typeof OfferAnswer>;

/**
 * A key that the gateway has made to follow one of its own: the one that signs for the patient, or the one that opens
 * records.
 */
export const KeyOfferAnswer = Type.Union([
  Type.Object({ use: Type.Literal('gateway'), newKey: PublicKey, newKeyProof: Type.String() }),
  Type.Object({ use: Type.Literal('encryption'), newKey: PublicKey }),
]);
export type KeyOfferAnswer = Static<typeof KeyOfferAnswer>;
export type OfferedUse = KeyOfferAnswer['use'];

export const SettingsAnswer = Type.Object({
  version: Type.Integer({ minimum: 0 }),
  hash: Type.Union([Type.String(), Type.Null()]),
});
export type SettingsAnswer = Static<typeof SettingsAnswer>;

export const EnrolledAnswer = Type.Object({ patientId: PatientId, token: Type.String() });
export type EnrolledAnswer = Static<typeof EnrolledAnswer>;

export const DecisionAnswer = Type.Object({
  statementId: Type.String(),
  status: Type.String(),
  already: Type.Optional(Type.Literal(true)),
  channels: Type.Array(Type.Object({ channel: ChannelName, status: Type.String() })),
});
export type DecisionAnswer = Static<typeof DecisionAnswer>;

/** @throws SignerError `ANSWER_MALFORMED` */
export function readAnswer<S extends TSchema>(schema: S, answer: unknown): Static<S> {
  if (Value.Check(schema, answer)) return answer;
  const [first] = Value.Errors(schema, answer);
  const where = first === undefined ? '' : `: ${first.instancePath || '/'} ${first.message}`;
  throw new SignerError('ANSWER_MALFORMED', `An answer has not the form that it has to have${where}`);
}
