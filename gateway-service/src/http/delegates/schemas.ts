import { CompactJws, DelegationState } from '@careledger/contracts';
import { Id128, PatientId, Timestamp, closedObject } from '@careledger/domain';
import { Next } from '@careledger/service-kit';
import { Type, type Static } from 'typebox';
import { DecisionView } from '../decisions/schemas.js';

export const DelegationParams = Type.Object({ patientId: PatientId, delegationId: Id128 });

/** Ready from the patient's signer, or a delegate's: nobody else appoints or ends. */
export const ReadyStatement = closedObject({ statement: CompactJws });
export type ReadyStatement = Static<typeof ReadyStatement>;

const { kind, key, acts, permissions, purposes, scopeTags, detail, until, further, path, policySeq } =
  DelegationState.properties;

export const DelegateView = Type.Object(
  {
    ...{ delegationId: Id128, patientId: PatientId, kind, key, acts, permissions, purposes, scopeTags },
    ...{ detail, until, further, path, policySeq },
    /** In the patient's words, which are sealed on the ledger. */
    name: Type.Optional(Type.String()),
    status: Type.Union(
      [Type.Literal('pending'), Type.Literal('active'), Type.Literal('refused'), Type.Literal('ended')],
      { description: 'pending: a channel lacks it; active: also where its time is over' },
    ),
    nextPolicySeq: Type.Integer({ description: 'The delegate’s next number, which it counts by itself' }),
    madeAt: Timestamp,
    endedAt: Type.Optional(Timestamp),
    channels: DecisionView.properties.channels,
  },
  { title: 'DelegateView' },
);
export type DelegateView = Static<typeof DelegateView>;

export const DelegatesPage = Type.Object({ delegates: Type.Array(DelegateView), next: Next });
export type DelegatesPage = Static<typeof DelegatesPage>;

export const DelegatedDecision = Type.Object(
  {
    statementId: Id128,
    /** By whom: the last of the statement's path. */
    delegationId: Id128,
    name: Type.Optional(Type.String()),
    kind: Type.Union([
      Type.Literal('grant'),
      Type.Literal('deny'),
      Type.Literal('revoke'),
      Type.Literal('reject'),
      Type.Literal('delegate'),
      Type.Literal('end-delegation'),
    ]),
    /** What was revoked, rejected or ended: its id. */
    about: Type.Optional(Id128),
    madeAt: Timestamp,
    channels: DecisionView.properties.channels,
  },
  { title: 'DelegatedDecision' },
);
export type DelegatedDecision = Static<typeof DelegatedDecision>;
export const DelegatedDecisionsPage = Type.Object({
  decisions: Type.Array(DelegatedDecision),
  next: Next,
});
export type DelegatedDecisionsPage = Static<typeof DelegatedDecisionsPage>;

export const DelegateTokenView = Type.Object({ delegationId: Id128, token: Type.String() });
export type DelegateTokenView = Static<typeof DelegateTokenView>;
