import { CompactJws, SubscriptionState } from '@careledger/contracts';
import { Id128, PatientId, closedObject } from '@careledger/domain';
import { AskedScope, CopyUnit } from '@careledger/protocol';
import { ledgerPageQuery } from '@careledger/ledger/service';
import { Next } from '@careledger/service-kit';
import { Type, type Static } from 'typebox';
import { GrantTermsBody } from '../grants/schemas.js';
import { Passphrase } from '../schemas.js';

export const SubscriptionParams = Type.Object({ patientId: PatientId, subscriptionId: Id128 });

export const SubscriptionsQuery = Type.Object({
  status: Type.Optional(SubscriptionState.properties.status),
  ...ledgerPageQuery,
});
export type SubscriptionsQuery = Static<typeof SubscriptionsQuery>;

export const SubscriptionView = Type.Object(
  {
    ...SubscriptionState.properties,
    /** In the authority's own words, sealed for the patient. */
    reason: Type.Optional(Type.String()),
    /** Which records it asks for, likewise: `scopeHash` is of this. Absent: every record. */
    asked: Type.Optional(AskedScope),
    /** At which unit it would keep a copy, likewise: `copy.unitHash` is of this. */
    copyUnit: Type.Optional(CopyUnit),
  },
  { title: 'SubscriptionView' },
);
export type SubscriptionView = Static<typeof SubscriptionView>;

export const SubscriptionsPage = Type.Object({
  subscriptions: Type.Array(SubscriptionView),
  next: Next,
});
export type SubscriptionsPage = Static<typeof SubscriptionsPage>;

export const ApprovalBody = Type.Union([
  closedObject({ statement: CompactJws }),
  closedObject({
    passphrase: Passphrase,
    ...Type.Partial(Type.Object(GrantTermsBody)).properties,
    /** It may keep no copy, whatever it asked for. */
    copy: Type.Optional(Type.Literal(false)),
    /** False: without the single measured values, whatever it asked for. */
    detail: Type.Optional(Type.Boolean()),
  }),
]);
export type ApprovalBody = Static<typeof ApprovalBody>;
