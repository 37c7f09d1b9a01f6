import {
  Id128,
  IncludesDetail,
  NullOr,
  PatientId,
  Permission,
  PurposeOfUse,
  Timestamp,
  TxId,
  closedObject,
} from '@careledger/domain';
import { AskedScope, CopyUnit, SubscriptionMeaning } from '@careledger/protocol';
import { Type } from 'typebox';

/** What is asked of a patient. */
export const NewSubscription = closedObject(
  {
    patientId: PatientId,
    permissions: Type.Array(Permission, { minItems: 1, uniqueItems: true }),
    purposes: Type.Array(PurposeOfUse, { minItems: 1, uniqueItems: true }),
    until: Type.Optional(Timestamp),
    /** When it lapses without an answer; after 30 days at the latest. */
    answerBy: Type.Optional(Timestamp),
    /** Which records; every one without it. Encrypted to the patient. */
    scope: Type.Optional(AskedScope.properties.scope),
    /** To keep a searchable copy of what it may read: for one of the purposes, at a unit. The unit is encrypted to the patient. */
    copy: Type.Optional(closedObject({ purpose: PurposeOfUse, unit: CopyUnit.properties.unit })),
    /** The single measured values as well. */
    detail: Type.Optional(IncludesDetail),
    /** Encrypted to the patient. */
    reason: SubscriptionMeaning.properties.reason,
  },
  { title: 'NewSubscription' },
);

export const RequestedSubscription = Type.Object(
  {
    subscriptionId: Id128,
    /** Null while it is on its way to the ledger. */
    txId: NullOr(TxId),
  },
  { title: 'RequestedSubscription' },
);

export const CancelledSubscription = Type.Object(
  {
    /** Null where nothing was sent, and while it is on its way to the ledger. */
    txId: NullOr(TxId),
    already: Type.Optional(
      Type.Literal(true, { description: 'It was over before, cancelled or rejected: nothing was sent' }),
    ),
  },
  { title: 'CancelledSubscription' },
);
